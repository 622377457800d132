#pragma once
// What memory an instruction will touch, as segmentation is asked about it: segment, offset, size
// and kind of each access.
#include "core/cpu.hpp"
#include "core/decoder/instruction.hpp"
#include "core/x86/fixed_vector.hpp"
#include "seg/segment_access.hpp"

#include <vector>

namespace ringside {

struct OperandAccess {
    seg::SegmentName segment = seg::SegmentName::DS;
    u64 offset = 0;
    u32 size = 0; // bytes, at least 1
    seg::SegmentAccessType type = seg::SegmentAccessType::Read;
    bool reads = true; // the bytes; of a Write: before it writes them
};

using OperandAccesses = FixedVector<OperandAccess, 10>;

// In the order the manual's operation sections make them: explicit operand, string source, string
// destination, stack (of POP to memory, the stack first). Of a repeated string instruction, the
// accesses of the next element; none if rCX is 0. `cpu` is the state before it.
[[nodiscard]] OperandAccesses operand_accesses(Instruction const& instruction, Cpu const& cpu);

// All of ENTER's; nothing for other instructions.
[[nodiscard]] std::vector<OperandAccess> enter_accesses(Instruction const& instruction,
                                                        Cpu const& cpu);

// Do the segments allow every element that a repeated string instruction may reach?
[[nodiscard]] bool elements_are_allowed(Instruction const& instruction, Cpu const& cpu);

} // namespace ringside
