#include "seg/segment_load.hpp"

#include "seg/checker.hpp"
#include "seg/descriptor_table.hpp"
#include "seg/stack_segment.hpp"

namespace ringside::seg {

namespace {

using enum ExceptionVector;

// A null SS is #GP(0), but 64-bit kernels run with one (SDM volume 2, "MOV").
bool check_null_stack(Checker& check, SegmentState const& state, Mode mode, Selector selector) {
    if (mode != Mode::Long64) {
        return check.require(rules::stack_not_null, false, GP);
    }
    bool const allowed = state.cpl != Ring::R3 && selector.rpl() == state.cpl;
    return check.require(rules::stack_null_allowed, allowed, GP);
}

bool check_data_segment(Checker& check, SegmentState const& state, LinearMemory& memory,
                        Selector selector, FetchedDescriptor& into) {
    u32 const error_code = selector.error_code();
    if (!fetch_descriptor(check, state, memory, selector, GP, into)) {
        return false;
    }
    SegmentDescriptor const descriptor = into.descriptor;
    bool const readable = descriptor.is_segment() && descriptor.readable();
    Ring const effective = least_privileged(state.cpl, selector.rpl());
    bool const privileged = descriptor.conforming() || descriptor.dpl() >= effective;
    return check.require(rules::load_data_type, readable, GP, error_code) &&
           check.require(rules::load_data_privilege, privileged, GP, error_code) &&
           check.require(rules::load_data_present, descriptor.present(), NP, error_code);
}

bool load_protected(Checker& check, SegmentState const& state, LinearMemory& memory, Mode mode,
                    SegmentLoad& record) {
    bool const stack = record.name == SegmentName::SS;
    if (record.selector.is_null()) {
        bool const allowed = !stack || check_null_stack(check, state, mode, record.selector);
        record.outcome = null_segment(record.selector, stack ? state.cpl : Ring::R0);
        return allowed;
    }
    FetchedDescriptor fetched;
    bool const allowed =
        stack ? check_stack_segment(check, state, memory, record.selector, state.cpl, GP, fetched)
              : check_data_segment(check, state, memory, record.selector, fetched);
    record.descriptor = fetched.descriptor;
    record.outcome = loaded_segment(record.selector, fetched.descriptor);
    return allowed && mark_accessed(check, memory, record.writes, fetched);
}

} // namespace

SegmentLoad load_segment(SegmentState const& state, LinearMemory& memory, u64 rflags,
                         SegmentName name, Selector selector) {
    SegmentLoad record{.name = name, .selector = selector};
    Checker check{record.checks};
    if (!check.require(rules::load_not_cs, name != SegmentName::CS, UD)) {
        record.outcome = check.fault();
        return record;
    }
    switch (Mode const mode = state.mode(rflags)) {
    case Mode::Real:
        record.outcome = real_segment(selector, state[name]);
        break;
    case Mode::Virtual8086:
        record.outcome = virtual8086_segment(selector);
        break;
    case Mode::Protected:
    case Mode::Compatibility:
    case Mode::Long64:
        if (!load_protected(check, state, memory, mode, record)) {
            record.outcome = check.fault();
        }
        break;
    }
    return record;
}

} // namespace ringside::seg
