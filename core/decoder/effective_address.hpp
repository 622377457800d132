#pragma once
// Offsets within a segment (SDM volume 1, section 3.7.5). The caller adds the segment base and
// checks the limit. `gpr` is rAX rCX rDX rBX rSP rBP rSI rDI r8..r15; `next_ip` is the offset of
// the following instruction.
#include "core/decoder/instruction.hpp"

#include <span>

namespace ringside {

using GeneralRegisters = std::span<u64 const, 16>;

// The explicit memory operand, truncated to the address size. Call it before the instruction
// executes.
[[nodiscard]] u64 effective_address(Instruction const& instruction, GeneralRegisters gpr,
                                    u64 next_ip);

// [rSI] of MOVS CMPS LODS OUTS (segment: memory.segment) and ES:[rDI] of MOVS CMPS SCAS STOS INS.
[[nodiscard]] u64 string_source(Instruction const& instruction, GeneralRegisters gpr);
[[nodiscard]] u64 string_destination(Instruction const& instruction, GeneralRegisters gpr);

// Where a near relative branch goes; 16-bit operand size wraps at 64 KiB.
[[nodiscard]] u64 branch_target(Instruction const& instruction, u64 next_ip);

// Does the explicit operand (or the string destination) need write permission? A read-modify-write
// asks for it even when it only reads first: the page fault of its load already has the W bit (SDM
// volume 3, section 5.7).
[[nodiscard]] constexpr bool needs_write_access(Instruction const& instruction) {
    return instruction.memory.write || instruction.string_writes_destination;
}
[[nodiscard]] constexpr bool is_read_modify_write(Instruction const& instruction) {
    return instruction.memory.read && instruction.memory.write;
}

} // namespace ringside
