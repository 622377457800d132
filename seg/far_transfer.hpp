#pragma once
// Far JMP, CALL and RET through code segments and call gates (SDM volume 3, section 6.8; volume 2
// of each instruction).
#include "seg/records.hpp"
#include "seg/segment_load.hpp"

namespace ringside::seg {

enum class FarKind : u8 { Jump, Call, Return };

struct FarTransfer {
    FarKind kind = FarKind::Jump;
    ControlState from;
    Selector selector{};
    u64 offset = 0;
    CheckList checks{};
    bool through_gate = false;
    bool stack_switched = false;
    // The selector names a TSS or task gate: `task` is the TSS to switch to, by switch_task
    // (seg/task_switch.hpp). Until then the outcome is a fault with the rule task.deferred, so that
    // it cannot be taken for a transfer.
    bool task_switch = false;
    Selector task{};
    // Accessed bits and pushes. A CALL pushes before it looks at the new instruction pointer: if
    // that is beyond the limit (code.limit) the frame stays in memory below the stack pointer.
    // Then, and only then, a record that faulted lists writes, and they are to be committed.
    bool pushed_before_fault = false;
    WriteList writes{};
    FixedVector<SegmentName, 4> nulled; // far return to an outer ring
    Result<ControlState, Fault> outcome = ControlState{};
};

// `from.ip` is the next instruction (what a call pushes). `operand_size` is 2, 4 or 8.
[[nodiscard]] FarTransfer far_jump(SegmentState const& state, LinearMemory& memory,
                                   ControlState const& from, Selector selector, u64 offset,
                                   unsigned operand_size);
[[nodiscard]] FarTransfer far_call(SegmentState const& state, LinearMemory& memory,
                                   ControlState const& from, Selector selector, u64 offset,
                                   unsigned operand_size);
// `release` is the immediate of RETF n.
[[nodiscard]] FarTransfer far_return(SegmentState const& state, LinearMemory& memory,
                                     ControlState const& from, unsigned operand_size, u16 release);

} // namespace ringside::seg
