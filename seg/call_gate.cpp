#include "seg/call_gate.hpp"

#include "seg/checker.hpp"
#include "seg/code_segment.hpp"
#include "seg/gate.hpp"
#include "seg/stack.hpp"
#include "seg/stack_segment.hpp"

namespace ringside::seg {

namespace {

using enum ExceptionVector;

class GateCall {
public:
    GateCall(Checker& check, SegmentState const& state, LinearMemory& memory, FarTransfer& record)
        : check_{check}
        , state_{state}
        , memory_{memory}
        , record_{record}
        , next_{record.from}
        , ring_{record.from.cpl} {}

    bool run(FetchedDescriptor& fetched) {
        if (!check_gate(fetched) || !check_target()) {
            return false;
        }
        SegmentDescriptor const code = target_.descriptor;
        bool const jump = record_.kind == FarKind::Jump;
        bool const inner = !jump && !code.conforming() && code.dpl() < ring_;
        if (!(jump    ? enter()
              : inner ? call_inner()
                      : call_same()) ||
            !mark_accessed(check_, memory_, record_.writes, target_)) {
            return false;
        }
        next_.cs = loaded_segment(gate_.selector().with_rpl(next_.cpl), code);
        next_.ip = gate_.offset();
        record_.outcome = next_;
        return true;
    }

private:
    bool check_gate(FetchedDescriptor& fetched);
    bool check_target();
    // The last check: a CALL has pushed by now, and a refusal leaves what it pushed.
    bool enter() {
        bool const inside = check_entry_point(check_, state_, target_.descriptor, gate_.offset());
        record_.pushed_before_fault = !inside && record_.kind == FarKind::Call;
        return inside;
    }
    bool call_same();
    bool call_inner();
    bool read_parameters(FixedVector<u64, 32>& parameters);

    [[nodiscard]] bool long_mode() const { return state_.long_mode_active; }
    [[nodiscard]] unsigned size() const { return long_mode() ? 8 : gate_.is_16bit() ? 2 : 4; }
    // Is the calling code 64-bit, its stack pointer 64 bits wide?
    [[nodiscard]] bool from_64bit() const {
        return is_64bit_code(state_, record_.from.cs.descriptor);
    }

    Checker& check_;
    SegmentState const& state_;
    LinearMemory& memory_;
    FarTransfer& record_;
    ControlState next_;
    Ring ring_;
    Gate gate_{};
    FetchedDescriptor target_{};
};

bool GateCall::check_gate(FetchedDescriptor& fetched) {
    u32 const error_code = fetched.selector.error_code();
    if (long_mode() &&
        !fetch_upper_half(check_, state_, memory_, rules::call_gate_upper, fetched)) {
        return false;
    }
    gate_ = Gate{.low = fetched.descriptor.raw, .high = fetched.upper};
    Ring const rpl = fetched.selector.rpl();
    return check_.require(rules::call_gate_cpl, gate_.dpl() >= ring_, GP, error_code) &&
           check_.require(rules::call_gate_rpl, gate_.dpl() >= rpl, GP, error_code) &&
           check_.require(rules::call_gate_present, gate_.present(), NP, error_code);
}

bool GateCall::check_target() {
    GatePassage const passage =
        record_.kind == FarKind::Jump ? GatePassage::Jump : GatePassage::Call;
    return check_gate_target(check_, state_, memory_, gate_.selector(), ring_, passage, target_);
}

bool GateCall::call_same() {
    ControlState const& from = record_.from;
    PushStack stack{record_.writes, from.ss, from.sp, long_mode(), ring_};
    stack.push(from.cs.selector.raw, size());
    stack.push(from.ip, size());
    next_.sp = stack.pointer();
    return stack.check_room(check_, 0) && stack.probe(check_, memory_) && enter();
}

bool GateCall::read_parameters(FixedVector<u64, 32>& parameters) {
    PopStack old{record_.from.ss, record_.from.sp, from_64bit(), ring_};
    unsigned const count = gate_.parameter_count();
    if (count != 0 && !old.check_holds(check_, count, size())) {
        return false;
    }
    for (unsigned index = 0; index < count; ++index) {
        u64 parameter = 0;
        if (!old.pop(check_, memory_, size(), parameter)) {
            return false;
        }
        parameters.push_back(parameter);
    }
    return true;
}

bool GateCall::call_inner() {
    ControlState const& from = record_.from;
    Ring const ring = target_.descriptor.dpl();
    InnerStack inner;
    FixedVector<u64, 32> parameters;
    record_.writes.reserve(40);
    if (!take_inner_stack(check_, state_, memory_, ring, 0, inner) ||
        (inner.fetched_any && !mark_accessed(check_, memory_, record_.writes, inner.fetched)) ||
        (!long_mode() && !read_parameters(parameters))) {
        return false;
    }
    record_.stack_switched = true;
    PushStack stack{record_.writes, inner.ss, inner.sp, long_mode(), ring};
    stack.push(from.ss.selector.raw, size());
    stack.push(from.sp, size());
    for (std::size_t index = parameters.size(); index-- > 0;) {
        stack.push(parameters[index], size());
    }
    stack.push(from.cs.selector.raw, size());
    stack.push(from.ip, size());
    next_.ss = inner.ss;
    next_.sp = stack.pointer();
    next_.cpl = ring;
    return stack.check_room(check_, inner.fetched.selector.error_code()) &&
           stack.probe(check_, memory_) && enter();
}

} // namespace

bool through_call_gate(Checker& check, SegmentState const& state, LinearMemory& memory,
                       FetchedDescriptor& fetched, FarTransfer& record) {
    return GateCall{check, state, memory, record}.run(fetched);
}

} // namespace ringside::seg
