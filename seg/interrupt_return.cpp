#include "seg/interrupt_return.hpp"

#include "core/x86/rflags.hpp"
#include "seg/checker.hpp"
#include "seg/code_segment.hpp"
#include "seg/outer_return.hpp"
#include "seg/stack.hpp"

namespace ringside::seg {

namespace {

using enum ExceptionVector;

// The flags IRET may change at this privilege (SDM volume 2, "IRET",
// RETURN-TO-SAME-PRIVILEGE-LEVEL).
u64 writable_flags(unsigned operand_size, Ring cpl, u8 iopl) {
    using namespace rflags;
    u64 writable = CF | rflags::PF | AF | ZF | SF | TF | rflags::DF | rflags::OF | NT;
    if (operand_size > 2) {
        writable |= RF | rflags::AC | ID;
    }
    if (number(cpl) <= iopl) {
        writable |= IF;
    }
    if (cpl == Ring::R0) {
        writable |= IOPL;
        if (operand_size > 2) {
            writable |= VIF | VIP;
        }
    }
    return writable;
}

u64 merge_flags(u64 before, u64 popped, u64 writable) {
    return (before & ~writable) | (popped & writable) | rflags::Fixed1;
}

class Return {
public:
    Return(SegmentState const& state, LinearMemory& memory, InterruptReturn& record, unsigned size)
        : state_{state}
        , memory_{memory}
        , record_{record}
        , check_{record.checks}
        , size_{size}
        , mode_{state.mode(record.from.rflags)}
        , stack_{record.from.ss, record.from.sp, mode_ == Mode::Long64, ring()} {}

    void run() {
        bool const returned =
            mode_ == Mode::Real || mode_ == Mode::Virtual8086 ? from_real() : from_protected();
        if (!returned) {
            record_.writes.clear();
            record_.nulled.clear();
            record_.outcome = check_.fault();
        }
    }

private:
    [[nodiscard]] Ring ring() const {
        return mode_ == Mode::Virtual8086 ? Ring::R3 : record_.from.cpl;
    }
    bool pop(u64& into) {
        if (!stack_.pop(check_, memory_, size_, into)) {
            return false;
        }
        record_.popped.push_back(into);
        return true;
    }
    bool pop_frame() {
        return stack_.check_holds(check_, 3, size_) && pop(ip_) && pop(cs_) && pop(flags_);
    }
    [[nodiscard]] Selector return_selector() const { return Selector{static_cast<u16>(cs_)}; }

    bool from_real();
    bool from_protected();
    bool to_virtual8086();
    bool to_protected();
    bool pop_outer_stack(FetchedDescriptor const& code, Ring ring, ControlState& next);

    SegmentState const& state_;
    LinearMemory& memory_;
    InterruptReturn& record_;
    Checker check_;
    unsigned size_;
    Mode mode_;
    PopStack stack_;
    u64 ip_ = 0;
    u64 cs_ = 0;
    u64 flags_ = 0;
};

// Real mode, and virtual-8086 mode with IOPL 3, which keeps IOPL, VM, VIP and VIF.
bool Return::from_real() {
    using namespace rflags;
    ControlState next = record_.from;
    bool const v86 = mode_ == Mode::Virtual8086;
    if ((v86 && !check_.require(rules::v86_iopl, iopl(next.rflags) == 3, GP)) || !pop_frame() ||
        !check_.require(rules::code_limit, ip_ <= next.cs.limit, GP)) {
        return false;
    }
    u64 writable = writable_flags(size_, Ring::R0, 3) & ~(VIF | VIP);
    if (v86) {
        writable &= ~IOPL;
    }
    next.cs =
        v86 ? virtual8086_segment(return_selector()) : real_segment(return_selector(), next.cs);
    next.ip = ip_;
    next.sp = stack_.pointer();
    next.rflags = merge_flags(next.rflags, flags_, writable);
    record_.outcome = next;
    return true;
}

bool Return::from_protected() {
    ControlState const& from = record_.from;
    bool const nested = (from.rflags & rflags::NT) != 0;
    if (state_.long_mode_active) {
        if (!check_.require(rules::iret_nested_long, !nested, GP)) {
            return false;
        }
    } else if (nested) {
        record_.task_return = true;
        return check_.require(rules::task_deferred, false, GP);
    }
    if (!pop_frame()) {
        return false;
    }
    bool const v86 = (flags_ & rflags::VM) != 0 && from.cpl == Ring::R0 && size_ == 4 &&
                     !state_.long_mode_active;
    return v86 ? to_virtual8086() : to_protected();
}

bool Return::to_virtual8086() {
    u64 sp = 0;
    u64 ss = 0;
    if (!stack_.check_holds(check_, 6, size_) ||
        !check_.require(rules::iret_v86_ip, ip_ <= 0xffff, GP) || !pop(sp) || !pop(ss)) {
        return false;
    }
    for (SegmentRegister& segment : record_.virtual8086_segments) {
        u64 selector = 0;
        if (!pop(selector)) {
            return false;
        }
        segment = virtual8086_segment(Selector{static_cast<u16>(selector)});
    }
    record_.to_virtual8086 = true;
    u64 const writable = writable_flags(size_, Ring::R0, 3) | rflags::VM;
    record_.outcome = ControlState{.cs = virtual8086_segment(return_selector()),
                                   .ss = virtual8086_segment(Selector{static_cast<u16>(ss)}),
                                   .ip = ip_,
                                   .sp = sp,
                                   .rflags = merge_flags(record_.from.rflags, flags_, writable),
                                   .cpl = Ring::R3};
    return true;
}

bool Return::to_protected() {
    ControlState const& from = record_.from;
    FetchedDescriptor code;
    if (!check_return_target(check_, state_, memory_, return_selector(), from.cpl, code)) {
        return false;
    }
    Ring const ring = return_selector().rpl();
    ControlState next = from;
    // 64-bit mode pops SS:RSP even within the ring.
    bool const pops_stack = ring > from.cpl || mode_ == Mode::Long64;
    if (pops_stack && !pop_outer_stack(code, ring, next)) {
        return false;
    }
    if (!check_entry_point(check_, state_, code.descriptor, ip_) ||
        !mark_accessed(check_, memory_, record_.writes, code)) {
        return false;
    }
    if (!pops_stack) {
        next.sp = stack_.pointer();
    }
    if (ring > from.cpl) {
        record_.nulled = segments_to_null(state_, ring);
    }
    next.cs = loaded_segment(return_selector(), code.descriptor);
    next.ip = ip_;
    next.rflags = merge_flags(from.rflags, flags_,
                              writable_flags(size_, from.cpl, rflags::iopl(from.rflags)));
    next.cpl = ring;
    record_.outcome = next;
    return true;
}

bool Return::pop_outer_stack(FetchedDescriptor const& code, Ring ring, ControlState& next) {
    u64 sp = 0;
    u64 ss = 0;
    if (!stack_.check_holds(check_, 2, size_) || !pop(sp) || !pop(ss) ||
        !check_outer_stack(check_, state_, memory_, record_.writes, Selector{static_cast<u16>(ss)},
                           code, ring, next.ss)) {
        return false;
    }
    next.sp = outer_pointer(next.ss, is_64bit_code(state_, code.descriptor), next.sp, sp);
    return true;
}

} // namespace

InterruptReturn interrupt_return(SegmentState const& state, LinearMemory& memory,
                                 ControlState const& from, unsigned operand_size) {
    InterruptReturn record;
    record.from = from;
    Return{state, memory, record, operand_size}.run();
    return record;
}

} // namespace ringside::seg
