#include "core/near_branches.hpp"

#include "core/decoder/effective_address.hpp"
#include "core/x86/bits.hpp"
#include "seg/segment_access.hpp"

namespace ringside {

namespace {

using seg::SegmentName;

std::optional<u64> read(Cpu const& cpu, LinearMemory& memory, SegmentName segment, u64 offset,
                        unsigned size) {
    seg::SegmentAccess const access =
        seg::access(cpu.segments, cpu.rflags, segment, offset, size, seg::SegmentAccessType::Read);
    if (!access.outcome) {
        return std::nullopt;
    }
    auto const value = memory.read(access.outcome.value(), size,
                                   cpu.cpl() == Ring::R3 ? Privilege::User : Privilege::Supervisor);
    return value ? std::optional{value.value()} : std::nullopt;
}

// `part` of the register's lower bits, the others stay.
void set_low(u64& reg, u64 mask, u64 part) {
    reg = (reg & ~mask) | (part & mask);
}

} // namespace

void take_back_branch(Instruction const& instruction, Cpu& cpu) {
    bool const is_loop = instruction.opcode_map == OpcodeMap::OneByte &&
                         instruction.opcode >= 0xe0 && instruction.opcode <= 0xe2;
    if (is_loop) {
        set_low(cpu[Gpr::RCX], low_mask(8U * instruction.address_size), cpu[Gpr::RCX] + 1);
    }
    bool const is_long = instruction.code_size == CodeSize::Bits64;
    bool const big = cpu.segments[SegmentName::SS].descriptor.default_big();
    u64 const stack_mask = is_long ? ~u64{0} : low_mask(big ? 32 : 16);
    if (instruction.flow == Flow::Return) {
        u64 const popped = u64{instruction.operand_size} + (instruction.immediate & 0xffff);
        set_low(cpu[Gpr::RSP], stack_mask, cpu[Gpr::RSP] - popped);
    }
}

std::optional<u64> near_target(Instruction const& instruction, Cpu const& cpu,
                               LinearMemory& memory) {
    if (instruction.operation != Operation::Innocent) {
        return std::nullopt;
    }
    unsigned const size = instruction.operand_size;
    u64 const next = cpu.rip + instruction.length;
    switch (instruction.flow) {
    case Flow::Jump:
    case Flow::Call:
        if (instruction.relative) {
            return branch_target(instruction, next);
        }
        if (instruction.rm_is_register) {
            return cpu.gpr[instruction.rm] & low_mask(8U * size);
        }
        return read(cpu, memory, static_cast<SegmentName>(instruction.memory.segment),
                    effective_address(instruction, cpu.gpr, next), size);
    case Flow::Return: {
        bool const big = cpu.segments[SegmentName::SS].descriptor.default_big();
        bool const is_long = instruction.code_size == CodeSize::Bits64;
        u64 const top = cpu[Gpr::RSP] & (is_long ? ~u64{0} : low_mask(big ? 32 : 16));
        return read(cpu, memory, SegmentName::SS, top, size);
    }
    case Flow::Sequential:
    case Flow::Conditional:
    case Flow::Interrupt:
        break;
    }
    return std::nullopt;
}

} // namespace ringside
