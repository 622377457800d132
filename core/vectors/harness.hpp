#pragma once
// The harness in which every golden case was recorded (FORMAT of the vectors, "Input"): what lies
// below 1 MiB, and the fixed segments and stacks of each ring. All of it is mapped for supervisors
// at the same physical address; one user page shows the stub's frame at 0x400000.
#include "core/x86/integers.hpp"

#include <array>

namespace ringside::vectors::harness {

inline constexpr u64 gdt = 0x2000;
inline constexpr u64 tss = 0x3000;
inline constexpr u64 supervisor_stub = 0x8000;
inline constexpr u64 supervisor_end = 0x100000;
inline constexpr u64 user_stub = 0x400000;
inline constexpr u64 user_frame = 0x8000; // of the page at `user_stub`

// By ring.
inline constexpr std::array<u16, 4> code_selectors{0x08, 0x59, 0x6a, 0x1b};
inline constexpr std::array<u16, 4> long_code_selectors{0x28, 0, 0, 0x33}; // rings 0 and 3 alone
inline constexpr std::array<u16, 4> stack_selectors{0x10, 0x61, 0x72, 0x23};
inline constexpr u16 data_selector = 0x23; // DS ES FS GS
inline constexpr std::array<u64, 4> stack_pointers{0x6fc0, 0x77c0, 0x7bc0, 0x400fc0};
inline constexpr std::array<u64, 4> stubs{supervisor_stub, supervisor_stub, supervisor_stub,
                                          user_stub};
inline constexpr std::array<u32, 3> inner_stack_tops{0x7000, 0x7800, 0x7c00}; // ESP0..2 of the TSS
inline constexpr u64 ring0_stack_top = inner_stack_tops[0];

// Flat 4 GiB segments of ring 0, accessed; the DPL is bits 46:45.
inline constexpr u64 flat_code = 0x00cf9b000000ffff;
inline constexpr u64 flat_data = 0x00cf93000000ffff;
inline constexpr u64 long_code = 0x00af9b000000ffff;
inline constexpr u64 busy_tss = u64{0x8b} << 40U; // 32-bit, and 64-bit in long mode
inline constexpr u32 tss_limit = 0x67;

// What the other general registers hold.
inline constexpr u32 eax = 0x11223344; // what `w` stores
inline constexpr u32 ecx_edx = 0xfffffff0;
inline constexpr u32 esi = 0x10;

[[nodiscard]] constexpr u64 dpl(u64 ring) {
    return ring << 45U;
}

} // namespace ringside::vectors::harness
