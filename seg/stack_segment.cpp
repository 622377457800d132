#include "seg/stack_segment.hpp"

#include "seg/task_state_segment.hpp"

namespace ringside::seg {

using enum ExceptionVector;

bool check_stack_segment(Checker& check, SegmentState const& state, LinearMemory& memory,
                         Selector selector, Ring ring, ExceptionVector vector,
                         FetchedDescriptor& into) {
    u32 const error_code = selector.error_code();
    SegmentDescriptor const& descriptor = into.descriptor;
    return fetch_descriptor(check, state, memory, selector, vector, into) &&
           check.require(rules::stack_rpl, selector.rpl() == ring, vector, error_code) &&
           check.require(rules::stack_writable, descriptor.writable(), vector, error_code) &&
           check.require(rules::stack_dpl, descriptor.dpl() == ring, vector, error_code) &&
           check.require(rules::stack_present, descriptor.present(), SS, error_code);
}

namespace {

bool read_tss(Checker& check, SegmentState const& state, LinearMemory& memory, u32 offset,
              unsigned size, u64& into) {
    return check.take(
        memory.read(table_entry(state, state.tr.base, offset), size, Privilege::ImplicitSupervisor),
        into);
}

bool take_64bit_stack(Checker& check, SegmentState const& state, LinearMemory& memory, Ring ring,
                      u8 ist, InnerStack& into) {
    u32 const offset = ist == 0 ? tss64::stack_of(ring) : tss64::interrupt_stack(ist);
    into.ss = null_segment(Selector{number(ring)}, ring);
    return check.require(rules::tss_limit, u64{offset} + 7 <= state.tr.limit, TS,
                         state.tr.selector.error_code()) &&
           read_tss(check, state, memory, offset, 8, into.sp);
}

} // namespace

bool take_inner_stack(Checker& check, SegmentState const& state, LinearMemory& memory, Ring ring,
                      u8 ist, InnerStack& into) {
    if (state.long_mode_active) {
        return take_64bit_stack(check, state, memory, ring, ist, into);
    }
    bool const old = is_tss16(state.tr.descriptor);
    u32 const offset = old ? tss16::stack_of(ring) : tss32::stack_of(ring);
    u32 const pointer_size = old ? 2 : 4;
    u32 const last = offset + pointer_size + 1; // SS is the word after the pointer
    u64 raw_ss = 0;
    bool const read = check.require(rules::tss_limit, last <= state.tr.limit, TS,
                                    state.tr.selector.error_code()) &&
                      read_tss(check, state, memory, offset + pointer_size, 2, raw_ss) &&
                      read_tss(check, state, memory, offset, pointer_size, into.sp);
    if (!read) {
        return false;
    }
    Selector const selector{static_cast<u16>(raw_ss)};
    into.fetched.selector = selector;
    into.fetched_any = true;
    if (!check.require(rules::stack_not_null, !selector.is_null(), TS) ||
        !check_stack_segment(check, state, memory, selector, ring, TS, into.fetched)) {
        return false;
    }
    into.ss = loaded_segment(selector, into.fetched.descriptor);
    return true;
}

} // namespace ringside::seg
