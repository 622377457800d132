// RETF and RETF n (SDM volume 2, "RET"): CS:IP from the stack, and SS:SP too when the ring changes.
#include "seg/checker.hpp"
#include "seg/code_segment.hpp"
#include "seg/far_transfer.hpp"
#include "seg/outer_return.hpp"
#include "seg/stack.hpp"

namespace ringside::seg {

namespace {

using enum ExceptionVector;

class Return {
public:
    Return(SegmentState const& state, LinearMemory& memory, FarTransfer& record, unsigned size,
           u16 release)
        : state_{state}
        , memory_{memory}
        , record_{record}
        , check_{record.checks}
        , size_{size}
        , release_{release}
        , mode_{state.mode(record.from.rflags)}
        , stack_{record.from.ss, record.from.sp, mode_ == Mode::Long64,
                 mode_ == Mode::Virtual8086 ? Ring::R3 : record.from.cpl} {}

    void run() {
        bool const real = mode_ == Mode::Real || mode_ == Mode::Virtual8086;
        if (!pop_frame() || !(real ? to_real() : to_protected())) {
            record_.writes.clear();
            record_.nulled.clear();
            record_.outcome = check_.fault();
        }
    }

private:
    bool pop_frame() {
        u64 cs = 0;
        if (!stack_.check_holds(check_, 2, size_) ||
            !stack_.pop(check_, memory_, size_, record_.offset) ||
            !stack_.pop(check_, memory_, size_, cs)) {
            return false;
        }
        record_.selector = Selector{static_cast<u16>(cs)};
        return true;
    }
    bool to_real();
    bool to_protected();
    bool pop_outer_stack(FetchedDescriptor const& code, ControlState& next);

    SegmentState const& state_;
    LinearMemory& memory_;
    FarTransfer& record_;
    Checker check_;
    unsigned size_;
    u16 release_;
    Mode mode_;
    PopStack stack_;
};

bool Return::to_real() {
    ControlState next = record_.from;
    if (!check_.require(rules::code_limit, record_.offset <= next.cs.limit, GP)) {
        return false;
    }
    next.cs = mode_ == Mode::Virtual8086 ? virtual8086_segment(record_.selector)
                                         : real_segment(record_.selector, next.cs);
    next.ip = record_.offset;
    next.sp = stack_.moved(release_);
    record_.outcome = next;
    return true;
}

bool Return::to_protected() {
    ControlState next = record_.from;
    FetchedDescriptor code;
    if (!check_return_target(check_, state_, memory_, record_.selector, next.cpl, code)) {
        return false;
    }
    Ring const ring = record_.selector.rpl();
    bool const outer = ring > next.cpl;
    stack_.skip(release_);
    if (outer && !pop_outer_stack(code, next)) {
        return false;
    }
    if (!check_entry_point(check_, state_, code.descriptor, record_.offset) ||
        !mark_accessed(check_, memory_, record_.writes, code)) {
        return false;
    }
    if (outer) {
        record_.nulled = segments_to_null(state_, ring);
    } else {
        next.sp = stack_.pointer();
    }
    next.cs = loaded_segment(record_.selector, code.descriptor);
    next.ip = record_.offset;
    next.cpl = ring;
    record_.outcome = next;
    return true;
}

// The caller's parameters are released from both stacks: the gate had copied them.
bool Return::pop_outer_stack(FetchedDescriptor const& code, ControlState& next) {
    u64 sp = 0;
    u64 ss = 0;
    Ring const ring = record_.selector.rpl();
    bool const wide = is_64bit_code(state_, code.descriptor);
    if (!stack_.check_holds(check_, 2, size_) || !stack_.pop(check_, memory_, size_, sp) ||
        !stack_.pop(check_, memory_, size_, ss) ||
        !check_outer_stack(check_, state_, memory_, record_.writes, Selector{static_cast<u16>(ss)},
                           code, ring, next.ss)) {
        return false;
    }
    record_.stack_switched = true;
    next.sp = outer_pointer(next.ss, wide, next.sp, sp);
    next.sp = StackCursor{next.ss, next.sp, wide, ring}.moved(release_);
    return true;
}

} // namespace

FarTransfer far_return(SegmentState const& state, LinearMemory& memory, ControlState const& from,
                       unsigned operand_size, u16 release) {
    FarTransfer record;
    record.kind = FarKind::Return;
    record.from = from;
    Return{state, memory, record, operand_size, release}.run();
    return record;
}

} // namespace ringside::seg
