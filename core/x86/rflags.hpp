#pragma once
// Bits of RFLAGS (SDM volume 1, section 3.4.3; volume 3, section 2.3).
#include "core/x86/integers.hpp"

namespace ringside::rflags {

inline constexpr u64 CF = u64{1} << 0U;
inline constexpr u64 Fixed1 = u64{1} << 1U; // always 1
inline constexpr u64 PF = u64{1} << 2U;
inline constexpr u64 AF = u64{1} << 4U;
inline constexpr u64 ZF = u64{1} << 6U;
inline constexpr u64 SF = u64{1} << 7U;
inline constexpr u64 TF = u64{1} << 8U;
inline constexpr u64 IF = u64{1} << 9U;
inline constexpr u64 DF = u64{1} << 10U;
inline constexpr u64 OF = u64{1} << 11U;
inline constexpr u64 IOPL = u64{3} << 12U;
inline constexpr u64 NT = u64{1} << 14U;
inline constexpr u64 RF = u64{1} << 16U;
inline constexpr u64 VM = u64{1} << 17U;
inline constexpr u64 AC = u64{1} << 18U;
inline constexpr u64 VIF = u64{1} << 19U;
inline constexpr u64 VIP = u64{1} << 20U;
inline constexpr u64 ID = u64{1} << 21U;
// All the flags there are.
inline constexpr u64 Defined =
    CF | PF | AF | ZF | SF | TF | IF | DF | OF | IOPL | NT | RF | VM | AC | VIF | VIP | ID;

[[nodiscard]] constexpr u8 iopl(u64 flags) {
    return static_cast<u8>((flags & IOPL) >> 12U);
}

} // namespace ringside::rflags
