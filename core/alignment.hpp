#pragma once
// Alignment: what a program asked to be checked (#AC), and what some instructions demand of their
// own accord (#GP).
#include "core/cpu.hpp"
#include "core/x86/address.hpp"
#include "core/x86/fault.hpp"

#include <optional>

namespace ringside {

// Does SSE get as far as its operands? Else #UD or #NM comes first.
[[nodiscard]] bool sse_is_enabled(Cpu const& cpu);

// CR0.AM, EFLAGS.AC and ring 3 (SDM volume 3, section 7.15, interrupt 17).
[[nodiscard]] bool checks_alignment(Cpu const& cpu);

// #AC(0) for an access of `size` bytes there, if it is checked and astray. Operands of odd sizes
// have the alignment of their parts (table 7-7); of 16 bytes and more nothing is asked here.
[[nodiscard]] std::optional<Fault> misaligned(Cpu const& cpu, LinearAddress at, u32 size);

// #GP(0) where an operand of `size` bytes must lie at a multiple of 16 and does not; of FXSAVE and
// FXRSTOR #AC(0) if alignment is checked.
[[nodiscard]] std::optional<Fault> unaligned_16(Cpu const& cpu, LinearAddress at, u32 size);

} // namespace ringside
