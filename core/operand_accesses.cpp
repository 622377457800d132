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

u64 stack_mask(Instruction const& instruction, Cpu const& cpu) {
    bool const big = cpu.segments[SegmentName::SS].descriptor.default_big();
    return instruction.code_size == CodeSize::Bits64 ? ~u64{0} : low_mask(big ? 32 : 16);
}

// A word at a time: the pointer may wrap between two, not within one.
void add_stack(Instruction const& instruction, Cpu const& cpu, OperandAccesses& accesses) {
    bool const is_long = instruction.code_size == CodeSize::Bits64;
    u64 const mask = stack_mask(instruction, cpu);
    u32 const word = is_long && instruction.operand_size == 4 ? 8 : instruction.operand_size;
    u64 const top = cpu[is_leave(instruction) ? Gpr::RBP : Gpr::RSP];
    for (u32 index = 0; index < stack_words(instruction); ++index) {
        u64 const offset =
            instruction.writes_stack ? top - u64{word} * (index + 1) : top + u64{word} * index;
        accesses.push_back({.segment = SegmentName::SS,
                            .offset = offset & mask,
                            .size = word,
                            .type = instruction.writes_stack ? Write : Read,
                            .reads = !instruction.writes_stack});
    }
}

} // namespace

OperandAccesses operand_accesses(Instruction const& instruction, Cpu const& cpu) {
    OperandAccesses accesses;
    bool const pops_to_memory = instruction.reads_stack && instruction.memory.write;
    if (pops_to_memory) {
        add_stack(instruction, cpu, accesses);
    }
    MemoryOperand const& memory = instruction.memory;
    auto const named = static_cast<SegmentName>(memory.segment);
    u32 const element = instruction.operand_size;
    bool const moves = has_elements(instruction, cpu);
    if (memory.present && (memory.read || memory.write)) {
        accesses.push_back(
            {.segment = named,
             .offset = effective_address(instruction, cpu.gpr, cpu.rip + instruction.length),
             .size = std::max<u32>(memory.size, 1),
             .type = memory.write ? Write : Read,
             .reads = memory.read});
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
                            .type = instruction.string_writes_destination ? Write : Read,
                            .reads = !instruction.string_writes_destination});
    }
    if ((instruction.reads_stack || instruction.writes_stack) && !pops_to_memory) {
        add_stack(instruction, cpu, accesses);
    }
    return accesses;
}

namespace {

// All elements as one access, from the lowest byte on.
bool stretch_is_allowed(Instruction const& instruction, Cpu const& cpu, SegmentName segment,
                        u64 first, seg::SegmentAccessType type) {
    u64 const mask = low_mask(8U * instruction.address_size);
    u64 const size = instruction.operand_size;
    u64 const count = cpu[Gpr::RCX] & mask;
    bool const is_downwards = (cpu.rflags & rflags::DF) != 0;
    if (count == 0) {
        return true;
    }
    if (count > mask / size || (is_downwards && first < (count - 1) * size)) {
        return false;
    }
    u64 const lowest = is_downwards ? first - (count - 1) * size : first;
    bool const wraps = lowest + count * size - 1 > mask;
    return !wraps && seg::access(cpu.segments, cpu.rflags, segment, lowest,
                                 static_cast<u32>(count * size), type)
                         .outcome;
}

} // namespace

bool elements_are_allowed(Instruction const& instruction, Cpu const& cpu) {
    bool const reaches_destination =
        instruction.string_reads_destination || instruction.string_writes_destination;
    return instruction.code_size != CodeSize::Bits64 &&
           (!instruction.string_reads_source ||
            stretch_is_allowed(instruction, cpu,
                               static_cast<SegmentName>(instruction.memory.segment),
                               string_source(instruction, cpu.gpr), Read)) &&
           (!reaches_destination ||
            stretch_is_allowed(instruction, cpu, SegmentName::ES,
                               string_destination(instruction, cpu.gpr),
                               instruction.string_writes_destination ? Write : Read));
}

// SDM volume 2, "ENTER": rBP, the outer frames' pointers and the new one are pushed, and the stack
// must take a write at the pointer that is left in rSP.
std::vector<OperandAccess> enter_accesses(Instruction const& instruction, Cpu const& cpu) {
    std::vector<OperandAccess> accesses;
    bool const is_enter =
        instruction.opcode_map == OpcodeMap::OneByte && instruction.opcode == 0xc8;
    if (!is_enter) {
        return accesses;
    }
    u64 const mask = stack_mask(instruction, cpu);
    u32 const word = instruction.code_size == CodeSize::Bits64 && instruction.operand_size == 4
                         ? 8
                         : instruction.operand_size;
    u32 const level = instruction.second_immediate % 32U;
    u64 pointer = cpu[Gpr::RSP];
    auto const add = [&](u64 offset, seg::SegmentAccessType type) {
        accesses.push_back(
            {.segment = SegmentName::SS, .offset = offset & mask, .size = word, .type = type});
    };
    add(pointer -= word, Write);
    for (u32 index = 1; index < level; ++index) {
        add(cpu[Gpr::RBP] - u64{word} * index, Read);
        add(pointer -= word, Write);
    }
    if (level > 0) {
        add(pointer -= word, Write);
    }
    add(pointer - (instruction.immediate & 0xffff), Write);
    return accesses;
}

} // namespace ringside
