#include "seg/fast_call.hpp"

namespace ringside::seg {

namespace {

// Ring 0: base 0, limit 4 GiB, accessed. The DPL is bits 46:45.
constexpr u64 code_32 = 0x00cf9b000000ffff;
constexpr u64 code_64 = 0x00af9b000000ffff;
constexpr u64 data = 0x00cf93000000ffff;

constexpr u16 word(u64 value) {
    return static_cast<u16>(value);
}

Selector with_rpl(u16 selector, Ring ring) {
    return Selector{static_cast<u16>((selector & 0xfffcU) | number(ring))};
}

} // namespace

FastSegments fast_segments(u16 code, u16 stack, Ring ring, FastCode size) {
    u64 const dpl = u64{number(ring)} << 45U;
    u64 const code_descriptor = size == FastCode::Bits64 ? code_64 : code_32;
    return {.cs = loaded_segment(with_rpl(code, ring), SegmentDescriptor{code_descriptor | dpl}),
            .ss = loaded_segment(with_rpl(stack, ring), SegmentDescriptor{data | dpl})};
}

FastSegments sysenter_segments(u64 sysenter_cs, FastCode size) {
    return fast_segments(word(sysenter_cs), word(sysenter_cs + 8), Ring::R0, size);
}

FastSegments sysexit_segments(u64 sysenter_cs, FastCode size) {
    u64 const first = sysenter_cs + (size == FastCode::Bits64 ? 32U : 16U);
    return fast_segments(word(first), word(first + 8), Ring::R3, size);
}

FastSegments syscall_segments(u64 star) {
    u64 const first = star >> 32U;
    return fast_segments(word(first), word(first + 8), Ring::R0, FastCode::Bits64);
}

FastSegments sysret_segments(u64 star, FastCode size) {
    u64 const first = star >> 48U;
    return fast_segments(word(size == FastCode::Bits64 ? first + 16 : first), word(first + 8),
                         Ring::R3, size);
}

} // namespace ringside::seg
