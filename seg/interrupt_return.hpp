#pragma once
// IRET to the same ring, to an outer ring (with the data segments it nulls), and in 64-bit mode
// (SDM volume 2, "IRET/IRETD/IRETQ").
#include "seg/records.hpp"

namespace ringside::seg {

struct InterruptReturn {
    ControlState from;
    CheckList checks;
    FixedVector<u64, 9> popped; // in the order popped
    WriteList writes;           // accessed bits
    FixedVector<SegmentName, 4> nulled; // data segments that an outer ring may not keep
    Result<ControlState, Fault> outcome = ControlState{};
};

// `operand_size` is 2, 4 or 8. A return through NT is a task switch, a return to virtual-8086 mode its own case:
// both are reported by `outcome` (VM set in rflags) or by `task_return`.
[[nodiscard]] InterruptReturn interrupt_return(SegmentState const& state, LinearMemory& memory,
                                               ControlState const& from, unsigned operand_size);

} // namespace ringside::seg
