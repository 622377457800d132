#pragma once
// Bits of DR6 and DR7 (SDM volume 3, sections 18.2.3 and 18.2.4).
#include "core/x86/integers.hpp"

namespace ringside {

namespace dr6 {
inline constexpr u64 B = 0xf;             // B0..B3: the conditions that were met
inline constexpr u64 BD = u64{1} << 13U;  // a debug register was about to be named while DR7.GD
inline constexpr u64 BS = u64{1} << 14U;  // single step
inline constexpr u64 BT = u64{1} << 15U;  // T of the TSS that was switched to
inline constexpr u64 Fixed1 = 0xffff0ff0; // always read as 1
inline constexpr u64 Writable = B | BD | BS | BT;
} // namespace dr6

namespace dr7 {
inline constexpr u64 enables = 0xff;        // L0 G0 .. L3 G3
inline constexpr u64 local_enables = 0x155; // L0..L3 and LE: a task switch clears them
inline constexpr u64 GD = u64{1} << 13U;    // the next access to a debug register is #DB
inline constexpr u64 Fixed1 = 0x400;
inline constexpr u64 Writable = 0xffff2bff;
} // namespace dr7

} // namespace ringside
