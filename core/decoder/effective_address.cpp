#include "core/decoder/effective_address.hpp"

#include "core/x86/bits.hpp"

namespace ringside {
namespace {

// The bit number of BT BTS BTR BTC m, r is a signed offset from the operand, in units of the
// operand size.
u64 bit_string_offset(Instruction const& instruction, GeneralRegisters gpr) {
    unsigned const bits = 8U * instruction.operand_size;
    i64 const number = static_cast<i64>(gpr[instruction.reg] << (64 - bits)) >> (64 - bits);
    i64 const units = number >= 0 ? number / bits : -((-(number + 1)) / bits) - 1;
    return static_cast<u64>(units) * instruction.operand_size;
}

} // namespace

u64 effective_address(Instruction const& instruction, GeneralRegisters gpr, u64 next_ip) {
    MemoryOperand const& memory = instruction.memory;
    u64 const mask = low_mask(8U * instruction.address_size);
    auto const value = [&](std::int8_t number) {
        return number == MemoryOperand::no_register ? u64{0} : gpr[static_cast<u8>(number)];
    };
    u64 offset = static_cast<u64>(memory.displacement) + value(memory.base) +
                 value(memory.index) * memory.scale;
    if (memory.rip_relative) {
        offset += next_ip;
    }
    if (memory.adds_al) {
        offset += gpr[0] & 0xffU;
    }
    if (memory.adds_bit_offset) {
        offset += bit_string_offset(instruction, gpr);
    }
    // POP [rSP + x] computes its address after the pop (SDM volume 2, POP).
    if (memory.write && instruction.reads_stack && memory.base == 4) {
        offset += instruction.operand_size;
    }
    return offset & mask;
}

u64 string_source(Instruction const& instruction, GeneralRegisters gpr) {
    return gpr[6] & low_mask(8U * instruction.address_size);
}

u64 string_destination(Instruction const& instruction, GeneralRegisters gpr) {
    return gpr[7] & low_mask(8U * instruction.address_size);
}

u64 branch_target(Instruction const& instruction, u64 next_ip) {
    return (next_ip + instruction.immediate) & low_mask(8U * instruction.operand_size);
}

} // namespace ringside
