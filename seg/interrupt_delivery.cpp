#include "seg/interrupt_delivery.hpp"

#include "core/x86/rflags.hpp"
#include "seg/checker.hpp"
#include "seg/code_segment.hpp"
#include "seg/gate.hpp"
#include "seg/stack.hpp"
#include "seg/stack_segment.hpp"

namespace ringside::seg {

namespace {

using enum ExceptionVector;

bool is_software(InterruptSource source) {
    return source == InterruptSource::Software || source == InterruptSource::SoftwareBreakpoint;
}

// The image of RFLAGS: fault-class exceptions set RF in it, so that a breakpoint on the instruction
// does not fire again when it is restarted (SDM volume 3, section 18.3.1.1).
u64 pushed_flags(InterruptRequest const& request, u64 flags) {
    if (request.source != InterruptSource::Exception) {
        return flags;
    }
    switch (static_cast<ExceptionVector>(request.vector)) {
    case DE:
    case BR:
    case UD:
    case NM:
    case TS:
    case NP:
    case SS:
    case GP:
    case PF:
    case MF:
    case AC:
    case XM:
        return flags | rflags::RF;
    case DB: // by its cause a fault or a trap: the caller knows
    case NMI:
    case BP:
    case OF:
    case DF:
    case MC:
        break;
    }
    return flags;
}

class Delivery {
public:
    Delivery(SegmentState const& state, LinearMemory& memory, InterruptDelivery& record)
        : state_{state}
        , memory_{memory}
        , record_{record}
        , check_{record.checks, state.protection && !is_software(record.request.source)}
        , in_v86_{state.mode(record.from.rflags) == Mode::Virtual8086}
        , cpl_{in_v86_ ? Ring::R3 : record.from.cpl} {
        record_.writes.reserve(12);
    }

    void run() {
        bool const delivered = state_.protection ? through_gate() : through_vector_table();
        if (!delivered) {
            record_.writes.clear();
            record_.nulled.clear();
            record_.outcome = check_.fault();
        }
    }

private:
    // SDM volume 2, "INT n", PROTECTED-MODE and IA-32e-MODE.
    bool through_gate() {
        if (!read_gate()) {
            return false;
        }
        if (gate_.type() == SystemType::TaskGate) {
            record_.task_gate = true;
            record_.task = gate_.selector();
            return check_.require(rules::task_deferred, false, GP, gate_.selector().error_code());
        }
        if (!check_gate_target(check_, state_, memory_, gate_.selector(), cpl_, GatePassage::Call,
                               target_)) {
            return false;
        }
        SegmentDescriptor const code = target_.descriptor;
        bool const inner = !code.conforming() && code.dpl() < cpl_;
        ring_ = inner ? code.dpl() : cpl_;
        if (in_v86_ && !check_.require(rules::v86_to_ring0, inner && ring_ == Ring::R0, GP,
                                       gate_.selector().error_code())) {
            return false;
        }
        return choose_stack(inner) && enter();
    }

    bool read_gate();
    [[nodiscard]] bool gate_type_holds() const;
    bool choose_stack(bool inner);
    void record_stack_load(std::size_t first_check, bool taken);
    bool enter();
    void push_frame(PushStack& stack);
    bool through_vector_table();

    [[nodiscard]] u32 idt_error() const { return record_.request.vector * 8U + 2U; }
    [[nodiscard]] bool long_mode() const { return state_.long_mode_active; }

    SegmentState const& state_;
    LinearMemory& memory_;
    InterruptDelivery& record_;
    Checker check_;
    bool in_v86_;
    Ring cpl_;
    Ring ring_ = Ring::R0; // the ring of the handler
    Gate gate_{};
    FetchedDescriptor target_{};
    InnerStack stack_{};
    u32 stack_error_ = 0; // the selector of a stack just switched to
};

bool Delivery::gate_type_holds() const {
    if (!gate_.is_system()) {
        return false;
    }
    switch (gate_.type()) {
    case SystemType::InterruptGate:
    case SystemType::TrapGate:
        return true;
    case SystemType::InterruptGate16:
    case SystemType::TrapGate16:
    case SystemType::TaskGate:
        return !long_mode();
    default:
        return false;
    }
}

bool Delivery::read_gate() {
    InterruptRequest const& request = record_.request;
    unsigned const gate_size = long_mode() ? 16 : 8;
    u32 const offset = request.vector * gate_size;
    LinearAddress const address = table_entry(state_, state_.idtr.base, offset);
    bool const iopl_3 = rflags::iopl(record_.from.rflags) == 3;
    bool const asks_iopl = in_v86_ && request.source == InterruptSource::Software;
    if ((asks_iopl && !check_.require(rules::v86_iopl, iopl_3, GP)) ||
        !check_.require(rules::idt_limit, offset + gate_size - 1 <= state_.idtr.limit, GP,
                        idt_error()) ||
        !check_.take(memory_.read(address, 8, Privilege::ImplicitSupervisor), gate_.low) ||
        (long_mode() &&
         !check_.take(memory_.read(address + 8, 8, Privilege::ImplicitSupervisor), gate_.high))) {
        return false;
    }
    record_.gate_low = gate_.low;
    record_.gate_high = gate_.high;
    return check_.require(long_mode() ? rules::gate_type_64 : rules::gate_type, gate_type_holds(),
                          GP, idt_error()) &&
           (!is_software(request.source) ||
            check_.require(rules::gate_dpl, gate_.dpl() >= cpl_, GP, idt_error())) &&
           check_.require(rules::gate_present, gate_.present(), NP, idt_error());
}

// The load of SS is an event of its own: what was read from the TSS, and the checks that concern
// it.
void Delivery::record_stack_load(std::size_t first_check, bool taken) {
    SegmentLoad& load = record_.new_stack.emplace();
    load.name = SegmentName::SS;
    load.selector = stack_.fetched.selector;
    load.descriptor = stack_.fetched.descriptor;
    for (std::size_t index = first_check; index < record_.checks.size(); ++index) {
        load.checks.push_back(record_.checks[index]);
    }
    load.writes = record_.writes;
    if (taken) {
        load.outcome = stack_.ss;
    } else {
        load.outcome = check_.fault();
    }
}

// The stack of the handler: from the TSS for a more privileged ring or an IST, else the interrupted
// one.
bool Delivery::choose_stack(bool inner) {
    u8 const ist = long_mode() ? gate_.ist() : 0;
    if (!inner && ist == 0) {
        stack_.ss = record_.from.ss;
        stack_.sp = record_.from.sp;
    } else {
        std::size_t const first_check = record_.checks.size();
        bool const taken =
            take_inner_stack(check_, state_, memory_, ring_, ist, stack_) &&
            (!stack_.fetched_any || mark_accessed(check_, memory_, record_.writes, stack_.fetched));
        if (stack_.fetched_any) {
            record_stack_load(first_check, taken);
        }
        if (!taken) {
            return false;
        }
        record_.stack_switched = true;
        stack_error_ = stack_.fetched.selector.error_code();
    }
    if (long_mode()) {
        if (!inner) {
            stack_.ss = record_.from.ss; // an IST changes the pointer, not SS
        }
        stack_.sp &= ~u64{0xf}; // SDM volume 3, section 7.14.2: aligned in any case
    }
    return true;
}

void Delivery::push_frame(PushStack& stack) {
    ControlState const& from = record_.from;
    unsigned const size = long_mode() ? 8 : gate_.is_16bit() ? 2 : 4;
    if (in_v86_) {
        for (SegmentName const name :
             {SegmentName::GS, SegmentName::FS, SegmentName::DS, SegmentName::ES}) {
            stack.push(state_[name].selector.raw, size);
            record_.nulled.push_back(name);
        }
    }
    if (record_.stack_switched || long_mode()) {
        stack.push(from.ss.selector.raw, size);
        stack.push(from.sp, size);
    }
    stack.push(pushed_flags(record_.request, from.rflags), size);
    stack.push(from.cs.selector.raw, size);
    stack.push(from.ip, size);
    if (record_.request.error_code) {
        stack.push(*record_.request.error_code, size);
    }
}

// Room, entry point, pushes: the manual's order. Then the new CS, SS, pointers and flags.
bool Delivery::enter() {
    record_.from_virtual8086 = in_v86_;
    if (!mark_accessed(check_, memory_, record_.writes, target_)) {
        return false;
    }
    record_.first_push = record_.writes.size();
    PushStack stack{record_.writes, stack_.ss, stack_.sp, long_mode(), ring_};
    push_frame(stack);
    if (!stack.check_room(check_, stack_error_) ||
        !check_entry_point(check_, state_, target_.descriptor, gate_.offset()) ||
        !stack.probe(check_, memory_)) {
        return false;
    }
    u64 cleared = rflags::TF | rflags::NT | rflags::RF | rflags::VM;
    if (!gate_.is_trap()) {
        cleared |= rflags::IF;
    }
    record_.outcome =
        ControlState{.cs = loaded_segment(gate_.selector().with_rpl(ring_), target_.descriptor),
                     .ss = stack_.ss,
                     .ip = gate_.offset(),
                     .sp = stack.pointer(),
                     .rflags = record_.from.rflags & ~cleared,
                     .cpl = ring_};
    return true;
}

// SDM volume 2, "INT n", REAL-ADDRESS-MODE: four bytes a vector, no checks but the limits, no error
// code.
bool Delivery::through_vector_table() {
    ControlState const& from = record_.from;
    u32 const offset = record_.request.vector * 4U;
    u64 entry = 0;
    if (!check_.require(rules::idt_limit, offset + 3 <= state_.idtr.limit, GP) ||
        !check_.take(memory_.read(table_entry(state_, state_.idtr.base, offset), 4,
                                  Privilege::ImplicitSupervisor),
                     entry)) {
        return false;
    }
    record_.gate_low = entry;
    PushStack stack{record_.writes, from.ss, from.sp, false, Ring::R0};
    stack.push(from.rflags, 2);
    stack.push(from.cs.selector.raw, 2);
    stack.push(from.ip, 2);
    if (!stack.check_room(check_, 0) || !stack.probe(check_, memory_)) {
        return false;
    }
    ControlState next = from;
    next.cs = real_segment(Selector{static_cast<u16>(bits<31, 16>(entry))}, from.cs);
    next.ip = bits<15, 0>(entry);
    next.sp = stack.pointer();
    next.rflags &= ~(rflags::IF | rflags::TF | rflags::AC | rflags::RF);
    record_.outcome = next;
    return true;
}

} // namespace

InterruptDelivery deliver(SegmentState const& state, LinearMemory& memory, ControlState const& from,
                          InterruptRequest const& request) {
    InterruptDelivery record;
    record.request = request;
    record.from = from;
    Delivery{state, memory, record}.run();
    return record;
}

} // namespace ringside::seg
