#pragma once
// Hardware task switches (SDM volume 3, section 8.3), decided in two parts, because the new CR3
// comes between them: `switch_task` checks the new TSS, saves the old task and reads the new one;
// the caller commits, loads CR3 and the registers; `load_task_segments` then qualifies the new
// task's descriptors through the new page tables. What the second part refuses is a fault of the
// new task. CR0.TS is set by every switch: that is the caller's. IA-32e mode has no task switches.
#include "seg/records.hpp"

#include <array>
#include <optional>

namespace ringside::seg {

enum class TaskSwitchCause : u8 {
    Jump,
    Call,
    Interrupt, // through a task gate of the IDT: nests as a CALL does
    Return,    // IRET with NT set: back to the task that the current TSS links to
};

// What a TSS holds of a task beside its segment registers.
struct TaskRegisters {
    std::array<u32, 8> general{}; // EAX ECX EDX EBX ESP EBP ESI EDI
    u32 eip = 0;
    u32 eflags = 0;
    std::optional<u32> cr3{}; // as read from a 32-bit TSS; never saved, and a 16-bit one has none
};

struct TaskSwitch {
    TaskSwitchCause cause = TaskSwitchCause::Jump;
    Selector task{}; // the TSS switched to
    CheckList checks{};
    // The old task's registers, busy bits and back link. A record that faulted lists none.
    WriteList writes{};
    bool tss16 = false;      // the new TSS is a 16-bit one
    bool debug_trap = false; // its T bit: #DB before the first instruction
    // The new TR, and the new task's selectors with nothing loaded behind them yet.
    Result<SegmentState, Fault> outcome = SegmentState{};
    TaskRegisters registers{};
    Selector ldt{};
};

// `now` is the old task's: EIP is where it goes on. `task` is not used for a Return. `external`
// (EXT in error codes) only for interrupts that are not INT n.
[[nodiscard]] TaskSwitch switch_task(SegmentState const& state, LinearMemory& memory,
                                     TaskRegisters const& now, TaskSwitchCause cause, Selector task,
                                     bool external = false);

struct TaskSegments {
    CheckList checks{};
    WriteList writes{};    // accessed bits, the error code; a record that faulted lists none
    SegmentState loaded{}; // as far as the loads came: all of it, if nothing was refused
    u32 esp = 0;           // after the error code was pushed
    Result<Done, Fault> outcome = Done{};
};

// `state` is the outcome of `record`, committed. An error code is pushed onto the new stack.
[[nodiscard]] TaskSegments load_task_segments(SegmentState const& state, LinearMemory& memory,
                                              TaskSwitch const& record,
                                              std::optional<u32> error_code = std::nullopt,
                                              bool external = false);

} // namespace ringside::seg
