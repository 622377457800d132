#pragma once
// Bits of CR0, CR4 and IA32_EFER (SDM volume 3, section 2.5 and 2.2.1).
#include "core/x86/integers.hpp"

namespace ringside {

namespace cr0 {
inline constexpr u64 PE = u64{1} << 0U;  // protection enable
inline constexpr u64 MP = u64{1} << 1U;  // monitor coprocessor
inline constexpr u64 EM = u64{1} << 2U;  // emulation
inline constexpr u64 TS = u64{1} << 3U;  // task switched
inline constexpr u64 ET = u64{1} << 4U;  // extension type, always 1
inline constexpr u64 NE = u64{1} << 5U;  // numeric error
inline constexpr u64 WP = u64{1} << 16U; // write protect: supervisor writes honour R/W
inline constexpr u64 AM = u64{1} << 18U; // alignment mask
inline constexpr u64 NW = u64{1} << 29U; // not write-through
inline constexpr u64 CD = u64{1} << 30U; // cache disable
inline constexpr u64 PG = u64{1} << 31U; // paging
} // namespace cr0

namespace cr4 {
inline constexpr u64 VME = u64{1} << 0U;
inline constexpr u64 PVI = u64{1} << 1U;
inline constexpr u64 TSD = u64{1} << 2U;
inline constexpr u64 DE = u64{1} << 3U;
inline constexpr u64 PSE = u64{1} << 4U; // 4 MiB pages
inline constexpr u64 PAE = u64{1} << 5U; // 64-bit entries
inline constexpr u64 MCE = u64{1} << 6U;
inline constexpr u64 PGE = u64{1} << 7U; // global pages
inline constexpr u64 PCE = u64{1} << 8U;
inline constexpr u64 OSFXSR = u64{1} << 9U;
inline constexpr u64 OSXMMEXCPT = u64{1} << 10U;
inline constexpr u64 UMIP = u64{1} << 11U;
inline constexpr u64 LA57 = u64{1} << 12U;
inline constexpr u64 PCIDE = u64{1} << 17U; // process-context identifiers
inline constexpr u64 SMEP = u64{1} << 20U;  // no supervisor fetch from user pages
inline constexpr u64 SMAP = u64{1} << 21U;  // no supervisor data access to user pages unless AC
} // namespace cr4

namespace efer {
inline constexpr u64 SCE = u64{1} << 0U;  // SYSCALL enable
inline constexpr u64 LME = u64{1} << 8U;  // long mode enable
inline constexpr u64 LMA = u64{1} << 10U; // long mode active
inline constexpr u64 NXE = u64{1} << 11U; // no-execute enable
} // namespace efer

} // namespace ringside
