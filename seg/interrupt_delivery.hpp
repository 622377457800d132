#pragma once
// Delivery of an interrupt or exception through the IDT (SDM volume 3, chapter 7; volume 2, "INT
// n/INTO/INT3/INT1"). This is where 4G/4G and KPTI show why the entry stack and the trampoline must
// be mapped in both page tables.
#include "seg/records.hpp"
#include "seg/segment_load.hpp"

#include <optional>

namespace ringside::seg {

enum class InterruptSource : u8 {
    Software,           // INT n, INT3, INTO: gate DPL is checked, EXT = 0
    ICEBP,              // INT1 (F1): a hardware-like #DB, no DPL check
    Exception,          // a fault, trap or abort of the processor: EXT = 1
    External,           // INTR or NMI: EXT = 1
    SoftwareBreakpoint, // INT3 (CC), INTO: as Software, but virtual-8086 mode asks no IOPL of them
};

struct InterruptRequest {
    u8 vector = 0;
    InterruptSource source = InterruptSource::Exception;
    std::optional<u32> error_code{}; // pushed when present
};

struct InterruptDelivery {
    InterruptRequest request;
    u64 gate_low = 0; // the gate descriptor as read; 16-byte gates have a high part
    u64 gate_high = 0;
    ControlState from;
    CheckList checks{};
    bool stack_switched = false;
    bool from_virtual8086 = false;
    // A task gate: `task` is the TSS to switch to, by switch_task (seg/task_switch.hpp). Until then
    // the outcome is a fault with the rule task.deferred, so that it cannot be taken for a
    // delivery.
    bool task_gate = false;
    Selector task{};
    std::optional<SegmentLoad> new_stack{}; // SS0..2 from the TSS, when switched (protected mode)
    WriteList writes{};                     // accessed bits, then pushes in the order they are made
    std::size_t first_push = 0;             // index in `writes` of the first push
    FixedVector<SegmentName, 4>
        nulled; // out of virtual-8086 mode: GS, FS, DS, ES after they were pushed
    Result<ControlState, Fault> outcome = ControlState{};
};

// Decides. `from` is the interrupted context with `ip` as it is to be pushed (the next instruction
// for INT n and traps, the faulting one for faults). A fault in here is reported in `outcome`; the
// caller applies the double-fault table.
[[nodiscard]] InterruptDelivery deliver(SegmentState const& state, LinearMemory& memory,
                                        ControlState const& from, InterruptRequest const& request);

// The double-fault table (SDM volume 3, table 7-5): what delivering `second` while `first` was
// being delivered becomes.
enum class Escalation : u8 { HandleSecond, DoubleFault, Shutdown };
[[nodiscard]] Escalation escalate(ExceptionVector first, ExceptionVector second);

} // namespace ringside::seg
