#pragma once
// IRET to the same ring, to an outer ring (with the data segments it nulls), and in 64-bit mode
// (SDM volume 2, "IRET/IRETD/IRETQ").
#include "seg/records.hpp"

namespace ringside::seg {

struct InterruptReturn {
    ControlState from;
    CheckList checks{};
    FixedVector<u64, 9> popped;         // in the order popped
    WriteList writes{};                 // accessed bits
    FixedVector<SegmentName, 4> nulled; // data segments that an outer ring may not keep
    // A return to virtual-8086 mode: these four registers are loaded as well.
    bool to_virtual8086 = false;
    std::array<SegmentRegister, 4> virtual8086_segments{}; // ES, DS, FS, GS
    // NT was set: the TSS's link names the task to go back to, by switch_task
    // (seg/task_switch.hpp). Until then the outcome is a fault with the rule task.deferred.
    bool task_return = false;
    Result<ControlState, Fault> outcome = ControlState{};
};

// `operand_size` is 2, 4 or 8. `from.ip` is not used. Real and virtual-8086 mode are returns like
// any other here.
[[nodiscard]] InterruptReturn interrupt_return(SegmentState const& state, LinearMemory& memory,
                                               ControlState const& from, unsigned operand_size);

} // namespace ringside::seg
