#include "seg/code_segment.hpp"

namespace ringside::seg {

using enum ExceptionVector;

namespace {

bool check_gate_privilege(Checker& check, SegmentDescriptor code, Ring cpl, GatePassage passage,
                          u32 error_code) {
    if (passage == GatePassage::Jump && !code.conforming()) {
        return check.require(rules::code_dpl, code.dpl() == cpl, GP, error_code);
    }
    return check.require(rules::code_inner, code.dpl() <= cpl, GP, error_code);
}

// Bits L and D together are reserved, and only IA-32e mode looks at L.
bool check_long_and_big(Checker& check, SegmentState const& state, SegmentDescriptor code,
                        u32 error_code) {
    return !state.long_mode_active ||
           check.require(rules::code_long_and_big, !(code.long_mode() && code.default_big()), GP,
                         error_code);
}

} // namespace

bool check_gate_target(Checker& check, SegmentState const& state, LinearMemory& memory,
                       Selector selector, Ring cpl, GatePassage passage, FetchedDescriptor& into) {
    u32 const error_code = selector.error_code();
    SegmentDescriptor const& code = into.descriptor;
    return check.require(rules::code_not_null, !selector.is_null(), GP) &&
           fetch_descriptor(check, state, memory, selector, GP, into) &&
           check.require(rules::code_type, code.is_code(), GP, error_code) &&
           check_gate_privilege(check, code, cpl, passage, error_code) &&
           (!state.long_mode_active ||
            check.require(rules::code_64bit, code.long_mode() && !code.default_big(), GP,
                          error_code)) &&
           check.require(rules::code_present, code.present(), NP, error_code);
}

bool check_direct_target(Checker& check, SegmentState const& state, FetchedDescriptor const& target,
                         Ring cpl) {
    u32 const error_code = target.selector.error_code();
    SegmentDescriptor const code = target.descriptor;
    if (!check_long_and_big(check, state, code, error_code)) {
        return false;
    }
    bool const privileged =
        code.conforming()
            ? check.require(rules::code_conforming_dpl, code.dpl() <= cpl, GP, error_code)
            : check.require(rules::code_rpl, target.selector.rpl() <= cpl, GP, error_code) &&
                  check.require(rules::code_dpl, code.dpl() == cpl, GP, error_code);
    return privileged && check.require(rules::code_present, code.present(), NP, error_code);
}

bool check_return_target(Checker& check, SegmentState const& state, LinearMemory& memory,
                         Selector selector, Ring cpl, FetchedDescriptor& into) {
    u32 const error_code = selector.error_code();
    SegmentDescriptor const& code = into.descriptor;
    Ring const ring = selector.rpl();
    bool const is_return_code =
        check.require(rules::code_not_null, !selector.is_null(), GP) &&
        fetch_descriptor(check, state, memory, selector, GP, into) &&
        check.require(rules::code_type, code.is_code(), GP, error_code) &&
        check.require(rules::return_not_inner, ring >= cpl, GP, error_code) &&
        check_long_and_big(check, state, code, error_code);
    if (!is_return_code) {
        return false;
    }
    bool const privileged =
        code.conforming()
            ? check.require(rules::return_conforming_dpl, code.dpl() <= ring, GP, error_code)
            : check.require(rules::return_dpl, code.dpl() == ring, GP, error_code);
    return privileged && check.require(rules::code_present, code.present(), NP, error_code);
}

bool check_entry_point(Checker& check, SegmentState const& state, SegmentDescriptor descriptor,
                       u64 ip) {
    if (is_64bit_code(state, descriptor)) {
        return check.require(rules::code_canonical, is_canonical(ip), GP);
    }
    return check.require(rules::code_limit, ip <= descriptor.limit(), GP);
}

} // namespace ringside::seg
