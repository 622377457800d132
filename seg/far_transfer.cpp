#include "seg/far_transfer.hpp"

#include "core/x86/rflags.hpp"
#include "seg/call_gate.hpp"
#include "seg/checker.hpp"
#include "seg/code_segment.hpp"
#include "seg/gate.hpp"
#include "seg/stack.hpp"

namespace ringside::seg {

namespace {

using enum ExceptionVector;

// Far JMP and CALL with a pointer: real mode, a code segment, or what the system descriptor leads
// to.
class Transfer {
public:
    Transfer(SegmentState const& state, LinearMemory& memory, FarTransfer& record, unsigned size)
        : state_{state}
        , memory_{memory}
        , record_{record}
        , check_{record.checks}
        , size_{size}
        , mode_{state.mode(record.from.rflags)}
        , ip_{record.offset & low_mask(size * 8)} {}

    void run() {
        bool const real = mode_ == Mode::Real || mode_ == Mode::Virtual8086;
        if (!(real ? to_real() : to_protected())) {
            if (!record_.pushed_before_fault) {
                record_.writes.clear();
            }
            record_.outcome = check_.fault();
        }
    }

private:
    bool to_real();
    bool to_protected();
    bool to_code(FetchedDescriptor const& target);
    bool to_system(FetchedDescriptor& fetched);
    bool to_task(FetchedDescriptor const& fetched);

    [[nodiscard]] bool is_call() const { return record_.kind == FarKind::Call; }

    // The return address on the stack in use.
    bool push_return(u64& sp) {
        ControlState const& from = record_.from;
        Ring const ring = mode_ == Mode::Virtual8086 ? Ring::R3 : from.cpl;
        PushStack stack{record_.writes, from.ss, from.sp, mode_ == Mode::Long64, ring};
        stack.push(from.cs.selector.raw, size_);
        stack.push(from.ip, size_);
        sp = stack.pointer();
        return stack.check_room(check_, 0) && stack.probe(check_, memory_);
    }

    SegmentState const& state_;
    LinearMemory& memory_;
    FarTransfer& record_;
    Checker check_;
    unsigned size_;
    Mode mode_;
    u64 ip_;
};

bool Transfer::to_real() {
    ControlState next = record_.from;
    if (is_call() && !push_return(next.sp)) {
        return false;
    }
    if (!check_.require(rules::code_limit, ip_ <= next.cs.limit, GP)) {
        return false;
    }
    next.cs = mode_ == Mode::Virtual8086 ? virtual8086_segment(record_.selector)
                                         : real_segment(record_.selector, next.cs);
    next.ip = ip_;
    record_.outcome = next;
    return true;
}

bool Transfer::to_protected() {
    FetchedDescriptor fetched;
    if (!check_.require(rules::far_not_null, !record_.selector.is_null(), GP) ||
        !fetch_descriptor(check_, state_, memory_, record_.selector, GP, fetched)) {
        return false;
    }
    if (!fetched.descriptor.is_segment()) {
        return to_system(fetched);
    }
    return check_.require(rules::far_type, fetched.descriptor.is_code(), GP,
                          record_.selector.error_code()) &&
           to_code(fetched);
}

bool Transfer::to_code(FetchedDescriptor const& target) {
    ControlState next = record_.from;
    if (!check_direct_target(check_, state_, target, next.cpl) ||
        (is_call() && !push_return(next.sp))) {
        return false;
    }
    if (!check_entry_point(check_, state_, target.descriptor, ip_)) {
        record_.pushed_before_fault = is_call();
        return false;
    }
    next.cs = loaded_segment(record_.selector.with_rpl(next.cpl), target.descriptor);
    next.ip = ip_;
    record_.outcome = next;
    return mark_accessed(check_, memory_, record_.writes, target);
}

bool Transfer::to_system(FetchedDescriptor& fetched) {
    u32 const error_code = record_.selector.error_code();
    bool const long_mode = state_.long_mode_active;
    switch (fetched.descriptor.system_type()) {
    case SystemType::CallGate16:
        if (long_mode) {
            break;
        }
        [[fallthrough]];
    case SystemType::CallGate:
        record_.through_gate = true;
        return through_call_gate(check_, state_, memory_, fetched, record_);
    case SystemType::AvailableTss16:
    case SystemType::BusyTss16:
    case SystemType::AvailableTss:
    case SystemType::BusyTss:
    case SystemType::TaskGate:
        return check_.require(rules::far_no_task_in_long_mode, !long_mode, GP, error_code) &&
               to_task(fetched);
    default:
        break;
    }
    return check_.require(rules::far_type, false, GP, error_code);
}

// Task gates and TSSs: the checks of the gate; the switch itself needs the general registers
// (seg/task_switch.hpp).
bool Transfer::to_task(FetchedDescriptor const& fetched) {
    u32 const error_code = record_.selector.error_code();
    Gate const gate{.low = fetched.descriptor.raw};
    bool const is_gate = gate.type() == SystemType::TaskGate;
    Ring const effective = least_privileged(record_.from.cpl, record_.selector.rpl());
    if (!check_.require(rules::task_dpl, gate.dpl() >= effective, GP, error_code) ||
        (is_gate && !check_.require(rules::task_gate_present, gate.present(), NP, error_code))) {
        return false;
    }
    record_.through_gate = is_gate;
    record_.task = is_gate ? gate.selector() : record_.selector;
    FetchedDescriptor tss;
    u32 const task_error = record_.task.error_code();
    bool const in_gdt = record_.task.table() == TableIndicator::GDT && !record_.task.is_null();
    if (!check_.require(rules::task_in_gdt, in_gdt, GP, task_error) ||
        !fetch_descriptor(check_, state_, memory_, record_.task, GP, tss)) {
        return false;
    }
    SystemType const type = tss.descriptor.system_type();
    bool const available = !tss.descriptor.is_segment() &&
                           (type == SystemType::AvailableTss || type == SystemType::AvailableTss16);
    if (!check_.require(rules::task_tss_available, available, GP, task_error) ||
        !check_.require(rules::task_tss_present, tss.descriptor.present(), NP, task_error)) {
        return false;
    }
    record_.task_switch = true;
    return check_.require(rules::task_deferred, false, GP, task_error);
}

FarTransfer transfer(FarKind kind, SegmentState const& state, LinearMemory& memory,
                     ControlState const& from, Selector selector, u64 offset, unsigned size) {
    FarTransfer record;
    record.kind = kind;
    record.from = from;
    record.selector = selector;
    record.offset = offset;
    Transfer{state, memory, record, size}.run();
    return record;
}

} // namespace

FarTransfer far_jump(SegmentState const& state, LinearMemory& memory, ControlState const& from,
                     Selector selector, u64 offset, unsigned operand_size) {
    return transfer(FarKind::Jump, state, memory, from, selector, offset, operand_size);
}

FarTransfer far_call(SegmentState const& state, LinearMemory& memory, ControlState const& from,
                     Selector selector, u64 offset, unsigned operand_size) {
    return transfer(FarKind::Call, state, memory, from, selector, offset, operand_size);
}

} // namespace ringside::seg
