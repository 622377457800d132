#pragma once
// `bits<31, 12>(entry)` reads exactly like the manual's "bits 31:12 of the entry".
#include "core/x86/integers.hpp"

#include <concepts>

namespace ringside {

template <unsigned High, unsigned Low, std::unsigned_integral Raw>
[[nodiscard]] constexpr Raw bits(Raw raw) {
    static_assert(High >= Low && High < sizeof(Raw) * 8);
    return static_cast<Raw>(static_cast<Raw>(raw << (sizeof(Raw) * 8 - 1 - High)) >>
                            (sizeof(Raw) * 8 - 1 - High + Low));
}

template <unsigned Index, std::unsigned_integral Raw>
[[nodiscard]] constexpr bool bit(Raw raw) {
    return bits<Index, Index>(raw) != 0;
}

// A mask of `width` ones from bit 0 up: low_mask(12) == 0xfff. Width 64 is allowed.
[[nodiscard]] constexpr u64 low_mask(unsigned width) {
    return width >= 64 ? ~u64{0} : (u64{1} << width) - 1;
}

static_assert(bits<31, 12>(0x12345678U) == 0x12345);
static_assert(bit<63>(u64{1} << 63U) && !bit<0>(2U));
static_assert(low_mask(12) == 0xfff && low_mask(64) == ~u64{0});

} // namespace ringside
