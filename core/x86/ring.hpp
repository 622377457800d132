#pragma once
// Privilege levels (SDM volume 3, section 6.5): 0 is the most privileged.
#include "core/x86/integers.hpp"

namespace ringside {

enum class Ring : u8 { R0, R1, R2, R3 };

[[nodiscard]] constexpr u8 number(Ring ring) {
    return static_cast<u8>(ring);
}
// The numerically larger, that is the less privileged, of two rings.
[[nodiscard]] constexpr Ring least_privileged(Ring a, Ring b) {
    return a > b ? a : b;
}

} // namespace ringside
