// LLDT and LTR (SDM volume 2 of each): descriptors with S = 0, 16 bytes long in 64-bit mode.
#include "seg/checker.hpp"
#include "seg/descriptor_table.hpp"
#include "seg/segment_load.hpp"

namespace ringside::seg {

namespace {

using enum ExceptionVector;

bool is_ldt(SegmentDescriptor descriptor) {
    return !descriptor.is_segment() && descriptor.system_type() == SystemType::Ldt;
}

bool is_available_tss(SegmentState const& state, SegmentDescriptor descriptor) {
    bool const tss16 = descriptor.system_type() == SystemType::AvailableTss16;
    bool const tss = descriptor.system_type() == SystemType::AvailableTss;
    return !descriptor.is_segment() && (tss || (tss16 && !state.long_mode_active));
}

bool is_64bit_mode(SegmentState const& state) {
    return state.long_mode_active && state[SegmentName::CS].descriptor.long_mode();
}

bool fetch_system(Checker& check, SegmentState const& state, LinearMemory& memory,
                  Selector selector, FetchedDescriptor& into) {
    bool const in_gdt = selector.table() == TableIndicator::GDT;
    return check.require(rules::system_in_gdt, in_gdt, GP, selector.error_code()) &&
           fetch_descriptor(check, state, memory, selector, GP, into);
}

u64 system_base(FetchedDescriptor const& fetched) {
    return fetched.descriptor.base() | (bits<31, 0>(fetched.upper) << 32U);
}

// The upper 32 bits of the base, in 64-bit mode.
bool check_upper_half(Checker& check, SegmentState const& state, LinearMemory& memory,
                      FetchedDescriptor& fetched) {
    return !is_64bit_mode(state) ||
           (fetch_upper_half(check, state, memory, rules::system_upper, fetched) &&
            check.require(rules::system_base_canonical, is_canonical(system_base(fetched)), GP,
                          fetched.selector.error_code()));
}

SegmentRegister system_register(FetchedDescriptor const& fetched, SegmentDescriptor as_loaded) {
    return SegmentRegister{.selector = fetched.selector,
                           .base = system_base(fetched),
                           .limit = fetched.descriptor.limit(),
                           .descriptor = as_loaded,
                           .usable = true};
}

} // namespace

SegmentLoad load_ldtr(SegmentState const& state, LinearMemory& memory, Selector selector) {
    SegmentLoad record{.selector = selector};
    Checker check{record.checks};
    FetchedDescriptor fetched;
    u32 const error_code = selector.error_code();
    if (!check.require(rules::system_cpl, state.cpl == Ring::R0, GP)) {
        record.outcome = check.fault();
        return record;
    }
    if (selector.is_null()) {
        record.outcome = null_segment(selector); // no LDT: every selector into it faults
        return record;
    }
    bool const allowed =
        fetch_system(check, state, memory, selector, fetched) &&
        check.require(rules::ldt_type, is_ldt(fetched.descriptor), GP, error_code) &&
        check.require(rules::ldt_present, fetched.descriptor.present(), NP, error_code) &&
        check_upper_half(check, state, memory, fetched);
    record.descriptor = fetched.descriptor;
    if (allowed) {
        record.outcome = system_register(fetched, fetched.descriptor);
    } else {
        record.outcome = check.fault();
    }
    return record;
}

SegmentLoad load_tr(SegmentState const& state, LinearMemory& memory, Selector selector) {
    SegmentLoad record{.selector = selector};
    Checker check{record.checks};
    FetchedDescriptor fetched;
    SegmentDescriptor const& tss = fetched.descriptor;
    u32 const error_code = selector.error_code();
    u8 const busy = 2; // bit 1 of the type
    bool const allowed =
        check.require(rules::system_cpl, state.cpl == Ring::R0, GP) &&
        check.require(rules::tss_not_null, !selector.is_null(), GP) &&
        fetch_system(check, state, memory, selector, fetched) &&
        check.require(rules::tss_available, is_available_tss(state, tss), GP, error_code) &&
        check.require(rules::tss_present, tss.present(), NP, error_code) &&
        check_upper_half(check, state, memory, fetched) &&
        mark_type(check, memory, record.writes, fetched, busy);
    record.descriptor = tss;
    if (allowed) {
        record.outcome = system_register(fetched, SegmentDescriptor{tss.raw | (u64{busy} << 40U)});
    } else {
        record.outcome = check.fault();
    }
    return record;
}

} // namespace ringside::seg
