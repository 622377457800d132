#pragma once
// The error code of a page fault (SDM volume 3, section 5.7, figure 5-12).
//
//   31                                    5   4      3      2     1     0
//  +----------------------------------------+-----+------+-----+-----+-----+
//  |  0 (PK, SS, SGX: not in this machine)  | I/D | RSVD | U/S | W/R |  P  |
//  +----------------------------------------+-----+------+-----+-----+-----+
#include "core/x86/integers.hpp"
#include "mmu/access.hpp"
#include "mmu/paging_context.hpp"

namespace ringside::mmu {

namespace page_fault {
inline constexpr u32 P = 1U << 0U; // 1: a rights or reserved-bit violation; 0: some entry had P = 0
inline constexpr u32 W = 1U << 1U; // the access was a write
inline constexpr u32 U = 1U << 2U; // a user-mode access
inline constexpr u32 RSVD = 1U << 3U; // a reserved bit was 1
inline constexpr u32 I = 1U << 4U; // an instruction fetch, where the processor tells fetches apart
} // namespace page_fault

// An implicit access is supervisor at any CPL (section 5.6).
[[nodiscard]] constexpr bool is_user_mode(Access const& access) {
    return access.user && !access.implicit;
}

// XD exists in 8-byte entries only, and only while IA32_EFER.NXE = 1.
[[nodiscard]] constexpr bool execute_disable_enabled(PagingContext const& context) {
    return context.nxe && (context.mode == PagingMode::PAE || context.mode == PagingMode::Level4);
}

// I/D is reported only where a fetch can differ from a read: SMEP on, or execute-disable on.
[[nodiscard]] constexpr u32 error_code(PagingContext const& context, Access const& access,
                                       u32 cause) {
    bool const tells_fetches = context.smep || execute_disable_enabled(context);
    return cause | (access.type == AccessType::Write ? page_fault::W : 0U) |
           (is_user_mode(access) ? page_fault::U : 0U) |
           (access.type == AccessType::Fetch && tells_fetches ? page_fault::I : 0U);
}

static_assert(error_code({.smep = true}, {.type = AccessType::Fetch}, page_fault::P) == 0x11);
static_assert(error_code({.nxe = true}, {.type = AccessType::Fetch, .user = true}, 0) == 0x4);

} // namespace ringside::mmu
