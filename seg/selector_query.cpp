// LAR, LSL, VERR and VERW (SDM volume 2 of each): they ask about a selector and never fault on what
// they find.
#include "seg/descriptor_table.hpp"
#include "seg/segment_load.hpp"

namespace ringside::seg {

namespace {

// System types LAR and LSL know: the tables of the two instructions, as sets of type numbers.
constexpr u16 set_of(std::initializer_list<u8> types) {
    u16 set = 0;
    for (u8 const type : types) {
        set = static_cast<u16>(set | (1U << type));
    }
    return set;
}
constexpr u16 lar_types = set_of({1, 2, 3, 4, 5, 9, 11, 12});
constexpr u16 lsl_types = set_of({1, 2, 3, 9, 11});
constexpr u16 lar_types_ia32e = set_of({2, 9, 11, 12});
constexpr u16 lsl_types_ia32e = set_of({2, 9, 11});

bool is_visible(SegmentState const& state, SelectorQuestion question,
                SegmentDescriptor descriptor) {
    switch (question) {
    case SelectorQuestion::VERR:
        return descriptor.is_segment() && descriptor.readable();
    case SelectorQuestion::VERW:
        return descriptor.writable();
    case SelectorQuestion::LAR:
    case SelectorQuestion::LSL:
        break;
    }
    if (descriptor.is_segment()) {
        return true;
    }
    bool const lar = question == SelectorQuestion::LAR;
    u16 const types = state.long_mode_active ? (lar ? lar_types_ia32e : lsl_types_ia32e)
                                             : (lar ? lar_types : lsl_types);
    return ((types >> descriptor.type()) & 1U) != 0;
}

// The second half of a 16-byte descriptor is there and has type 0; true for what is 8 bytes long.
Result<bool, Fault> is_whole(SegmentState const& state, LinearMemory& memory, Selector selector,
                             SegmentDescriptor descriptor) {
    if (!state.long_mode_active || descriptor.is_segment()) {
        return true;
    }
    auto const address = locate(state, selector, 16);
    if (!address) {
        return false;
    }
    auto const upper = memory.read(*address + 8, 8, Privilege::ImplicitSupervisor);
    if (!upper) {
        return upper.error();
    }
    return bits<44, 40>(upper.value()) == 0;
}

} // namespace

SelectorQuery query_selector(SegmentState const& state, LinearMemory& memory,
                             SelectorQuestion question, Selector selector) {
    SelectorQuery answer;
    auto const address = locate(state, selector);
    if (selector.is_null() || !address) {
        return answer;
    }
    auto const raw = memory.read(*address, 8, Privilege::ImplicitSupervisor);
    if (!raw) {
        answer.fault = raw.error();
        return answer;
    }
    SegmentDescriptor const descriptor{raw.value()};
    Ring const effective = least_privileged(state.cpl, selector.rpl());
    bool const privileged = descriptor.conforming() || descriptor.dpl() >= effective;
    if (!is_visible(state, question, descriptor) || !privileged) {
        return answer;
    }
    auto const whole = is_whole(state, memory, selector, descriptor);
    if (!whole) {
        answer.fault = whole.error();
        return answer;
    }
    answer.valid = whole.value();
    if (answer.valid) {
        // Bits 19:16 are undefined in the manual; processors leave limit 19:16 there.
        answer.access_rights = static_cast<u32>(bits<63, 32>(descriptor.raw) & 0x00ffff00);
        answer.limit = descriptor.limit();
    }
    return answer;
}

} // namespace ringside::seg
