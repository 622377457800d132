#include "core/operand_accesses.hpp"

#include "core/decoder/effective_address.hpp"
#include "core/x86/bits.hpp"

#include <algorithm>

namespace ringside {

namespace {

using enum seg::SegmentAccessType;
using seg::SegmentName;

bool has_elements(Instruction const& instruction, Cpu const& cpu) {
    return !repeats(instruction) || (cpu[Gpr::RCX] & low_mask(8U * instruction.address_size)) != 0;
}

// Words that one instruction moves to or from the stack: PUSHA and POPA eight.
u32 stack_words(Instruction const& instruction) {
    bool const is_all = instruction.opcode_map == OpcodeMap::OneByte &&
                        (instruction.opcode == 0x60 || instruction.opcode == 0x61);
    return is_all ? 8 : 1;
}

bool is_leave(Instruction const& instruction) {
    return instruction.opcode_map == OpcodeMap::OneByte && instruction.opcode == 0xc9;
}

OperandAccess stack_access(Instruction const& instruction, Cpu const& cpu) {
    bool const big = cpu.segments[SegmentName::SS].descriptor.default_big();
    bool const is_long = instruction.code_size == CodeSize::Bits64;
    u64 const mask = is_long ? ~u64{0} : low_mask(big ? 32 : 16);
    u32 const word = is_long && instruction.operand_size == 4 ? 8 : instruction.operand_size;
    u32 const size = word * stack_words(instruction);
    u64 const top = cpu[is_leave(instruction) ? Gpr::RBP : Gpr::RSP];
    if (instruction.writes_stack) {
        return {
            .segment = SegmentName::SS, .offset = (top - size) & mask, .size = size, .type = Write};
    }
    return {.segment = SegmentName::SS, .offset = top & mask, .size = size, .type = Read};
}

} // namespace

FixedVector<OperandAccess, 4> operand_accesses(Instruction const& instruction, Cpu const& cpu) {
    FixedVector<OperandAccess, 4> accesses;
    MemoryOperand const& memory = instruction.memory;
    auto const named = static_cast<SegmentName>(memory.segment);
    u32 const element = instruction.operand_size;
    bool const moves = has_elements(instruction, cpu);
    if (memory.present && (memory.read || memory.write)) {
        accesses.push_back(
            {.segment = named,
             .offset = effective_address(instruction, cpu.gpr, cpu.rip + instruction.length),
             .size = std::max<u32>(memory.size, 1),
             .type = memory.write ? Write : Read});
    }
    if (moves && instruction.string_reads_source) {
        accesses.push_back({.segment = named,
                            .offset = string_source(instruction, cpu.gpr),
                            .size = element,
                            .type = Read});
    }
    if (moves && (instruction.string_reads_destination || instruction.string_writes_destination)) {
        accesses.push_back({.segment = SegmentName::ES,
                            .offset = string_destination(instruction, cpu.gpr),
                            .size = element,
                            .type = instruction.string_writes_destination ? Write : Read});
    }
    if (instruction.reads_stack || instruction.writes_stack) {
        accesses.push_back(stack_access(instruction, cpu));
    }
    return accesses;
}

} // namespace ringside
