#pragma once
// The decoder: exact length, prefixes, operands and operation by hand-written tables (SDM volume 2,
// appendix A). A disassembler library is not trusted with this: `core/decoder/disassembler.hpp`
// makes text only.
#include "core/decoder/instruction.hpp"

#include <cstddef>
#include <span>

namespace ringside {

inline constexpr std::size_t longest_instruction = 15;

// Decodes the instruction at the front of `bytes`; give at least 15 bytes where memory allows.
// Instructions of extensions the machine has not (AVX, VMX, TSX) are Undefined. A mandatory-prefix
// combination the SSE tables leave empty may pass as Innocent: the processor core raises #UD for it
// by itself.
[[nodiscard]] Instruction decode(std::span<u8 const> bytes, CodeSize size);

} // namespace ringside
