#include "seg/records.hpp"

namespace ringside::seg {

void commit(WriteList const& writes, LinearMemory& memory) {
    for (LinearWrite const& write : writes) {
        memory.write(write.address, write.size, write.value, write.privilege);
    }
}

void apply(ControlState const& next, SegmentState& state) {
    state[SegmentName::CS] = next.cs;
    state[SegmentName::SS] = next.ss;
    state.cpl = next.cpl;
}

} // namespace ringside::seg
