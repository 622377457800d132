#pragma once
// Where a near branch goes, for the check that the processor makes before it goes there: a target
// beyond the limit of CS is #GP(0) at the branch, and nothing of it has happened (SDM volume 2,
// "JMP", "CALL", "RET"). The engine would go, and fault at the target.
#include "core/cpu.hpp"
#include "core/decoder/instruction.hpp"
#include "core/x86/memory.hpp"

#include <optional>

namespace ringside {

// Of JMP, CALL and RET near. Nothing for other instructions, and when the operand itself cannot be
// read: that is the instruction's own fault.
[[nodiscard]] std::optional<u64> near_target(Instruction const& instruction, Cpu const& cpu,
                                             LinearMemory& memory);

// Takes back what a near JMP, Jcc, LOOP or RET that was made did to rSP and rCX.
void take_back_branch(Instruction const& instruction, Cpu& cpu);

} // namespace ringside
