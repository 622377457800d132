#include "core/decoder/operand_reader.hpp"

namespace ringside {

using opcode::Immediate;
using opcode::Width;

void OperandReader::read_prefixes(Instruction& instruction) {
    while (position_ < 15) {
        u8 const value = peek();
        bool const is_rex = code_size_ == CodeSize::Bits64 && (value & 0xf0U) == 0x40;
        if (!is_rex && !take_prefix(instruction, value)) {
            return;
        }
        rex_ = is_rex ? value : u8{0}; // REX counts only directly before the opcode
        instruction.has_rex = is_rex;
        ++position_;
    }
}

bool OperandReader::take_prefix(Instruction& instruction, u8 value) {
    switch (value) {
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
        if (code_size_ != CodeSize::Bits64) { // there it is ignored
            segment_override_ = (value >> 3U) & 3U;
        }
        return true;
    case 0x64:
    case 0x65:
        segment_override_ = value & 7U;
        return true;
    case 0x66:
        operand_override_ = true;
        return true;
    case 0x67:
        address_override_ = true;
        return true;
    case 0xf0:
        instruction.lock = true;
        return true;
    case 0xf2:
    case 0xf3:
        instruction.rep = value == 0xf3;
        instruction.repne = value == 0xf2;
        return true;
    default:
        return false;
    }
}

void OperandReader::set_sizes(Instruction& instruction, opcode::Form const& form) const {
    namespace trait = opcode::trait;
    bool const long_mode = code_size_ == CodeSize::Bits64;
    if (long_mode) {
        instruction.address_size = address_override_ ? 4 : 8;
    } else {
        instruction.address_size = address_override_ == (code_size_ == CodeSize::Bits16) ? 4 : 2;
    }
    u8 size = operand_override_ == (code_size_ == CodeSize::Bits16) ? 4 : 2;
    if (form.has(trait::AlwaysRegister)) { // MOV CR/DR know only the full register
        size = long_mode ? 8 : 4;
    } else if (long_mode) {
        bool const wide = form.has(trait::Default64) && !operand_override_;
        if ((rex_ & rex_w) != 0 || form.has(trait::Force64) || wide) {
            size = 8;
        }
    }
    if (form.has(trait::ByteOperand)) {
        size = 1;
    }
    bool const port = form.operation == Operation::In || form.operation == Operation::Out ||
                      form.operation == Operation::Ins || form.operation == Operation::Outs;
    instruction.operand_size = port ? std::min(size, u8{4}) : size;
    if (segment_override_ != no_override) {
        instruction.memory.segment = segment_override_;
    }
}

void OperandReader::read_modrm(Instruction& instruction, bool always_register) {
    u8 const modrm = byte();
    u8 const mod = modrm >> 6U;
    u8 const rm = modrm & 7U;
    instruction.has_modrm = true;
    instruction.modrm = modrm;
    instruction.reg = static_cast<u8>(((modrm >> 3U) & 7U) | ((rex_ & rex_r) << 1U));
    instruction.rm = static_cast<u8>(rm | ((rex_ & rex_b) << 3U));
    instruction.rm_is_register = mod == 3 || always_register;
    if (instruction.rm_is_register) {
        return;
    }
    MemoryOperand& memory = instruction.memory;
    memory.present = true;
    if (instruction.address_size == 2) {
        read_address_16(memory, mod, rm);
    } else {
        read_address_32_64(memory, mod, rm);
    }
    // rBP and rSP (not r12, r13) address the stack segment by default.
    if (segment_override_ == no_override && (memory.base == 4 || memory.base == 5)) {
        memory.segment = sreg::SS;
    }
}

// SDM volume 2, table 2-1.
void OperandReader::read_address_16(MemoryOperand& memory, u8 mod, u8 rm) {
    struct Pair {
        std::int8_t base;
        std::int8_t index;
    };
    constexpr std::int8_t none = MemoryOperand::no_register;
    constexpr std::array<Pair, 8> pairs{{{3, 6}, // BX+SI
                                         {3, 7},
                                         {5, 6}, // BP+SI
                                         {5, 7},
                                         {6, none},
                                         {7, none},
                                         {5, none},
                                         {3, none}}};
    if (mod == 0 && rm == 6) {
        memory.displacement = static_cast<i64>(little_endian(2));
        return;
    }
    memory.base = pairs[rm].base;
    memory.index = pairs[rm].index;
    if (mod != 0) {
        memory.displacement = static_cast<i64>(sign_extended(mod == 1 ? 1 : 2));
    }
}

// SDM volume 2, tables 2-2, 2-3 and 2-7.
void OperandReader::read_address_32_64(MemoryOperand& memory, u8 mod, u8 rm) {
    bool no_base = mod == 0 && rm == 5;
    memory.rip_relative = no_base && code_size_ == CodeSize::Bits64;
    unsigned base = rm;
    if (rm == 4) {
        u8 const sib = byte();
        unsigned const index = ((sib >> 3U) & 7U) | ((rex_ & rex_x) << 2U);
        base = sib & 7U;
        no_base = mod == 0 && base == 5;
        if (index != 4) {
            memory.index = static_cast<std::int8_t>(index);
            memory.scale = static_cast<u8>(1U << (sib >> 6U));
        }
    }
    if (!no_base) {
        memory.base = static_cast<std::int8_t>(base | ((rex_ & rex_b) << 3U));
    }
    if (mod == 1) {
        memory.displacement = static_cast<i64>(sign_extended(1));
    } else if (mod == 2 || no_base) {
        memory.displacement = static_cast<i64>(sign_extended(4));
    }
}

void OperandReader::read_immediate(Instruction& instruction, Immediate kind) {
    unsigned const z = instruction.operand_size == 2 ? 2 : 4;
    switch (kind) {
    case Immediate::None:
        return;
    case Immediate::Byte:
        instruction.immediate = little_endian(1);
        return;
    case Immediate::Word:
        instruction.immediate = little_endian(2);
        return;
    case Immediate::WordByte:
        instruction.immediate = little_endian(2);
        instruction.second_immediate = byte();
        return;
    case Immediate::V:
        instruction.immediate = little_endian(instruction.operand_size);
        return;
    case Immediate::MemoryOffset:
        instruction.immediate = little_endian(instruction.address_size);
        return;
    case Immediate::FarPointer:
        instruction.immediate = little_endian(z);
        instruction.immediate_selector = static_cast<u16>(little_endian(2));
        return;
    case Immediate::SignedByte:
    case Immediate::RelativeByte:
        instruction.immediate = sign_extended(1);
        break;
    case Immediate::Z:
    case Immediate::RelativeZ:
        instruction.immediate = sign_extended(z);
        break;
    }
    instruction.relative = kind == Immediate::RelativeByte || kind == Immediate::RelativeZ;
}

u64 OperandReader::little_endian(unsigned size) {
    u64 value = 0;
    for (unsigned index = 0; index < size; ++index) {
        value |= u64{byte()} << (8 * index);
    }
    return value;
}

u64 OperandReader::sign_extended(unsigned size) {
    unsigned const unused = 64 - 8 * size;
    return static_cast<u64>(static_cast<i64>(little_endian(size) << unused) >> unused);
}

u32 OperandReader::memory_size(Instruction const& instruction, Width width) const {
    u32 const v = instruction.operand_size;
    u32 const y = (rex_ & rex_w) != 0 ? 8 : 4;
    // F2 and F3 take precedence over 66 as mandatory prefixes.
    auto const by_prefix = [&](u32 none, u32 with_66, u32 with_f3, u32 with_f2) {
        if (instruction.rep || instruction.repne) {
            return instruction.rep ? with_f3 : with_f2;
        }
        return operand_override_ ? with_66 : none;
    };
    switch (width) {
    case Width::None:
        return 0;
    case Width::Byte:
        return 1;
    case Width::Word:
        return 2;
    case Width::Dword:
        return 4;
    case Width::Qword:
        return 8;
    case Width::TenBytes:
        return 10;
    case Width::Oword:
        return 16;
    case Width::V:
        return v;
    case Width::Y:
        return y;
    case Width::PairOfV:
        return 2 * v;
    case Width::PairOfY:
        return 2 * y;
    case Width::FarPointer:
        return v + 2;
    case Width::TableRegister:
        return code_size_ == CodeSize::Bits64 ? 10 : 6;
    case Width::Environment:
        return v == 2 ? 14 : 28;
    case Width::FpuState:
        return v == 2 ? 94 : 108;
    case Width::FxState:
        return 512;
    case Width::Scalar:
        return by_prefix(16, 16, 4, 8);
    case Width::Mmx:
        return by_prefix(8, 16, 16, 16);
    case Width::MmxLow:
        return by_prefix(4, 16, 16, 16);
    case Width::Convert:
        return by_prefix(8, 16, 4, 8);
    case Width::Compare:
        return by_prefix(4, 8, 4, 8);
    case Width::Half:
        return by_prefix(8, 8, 16, 8);
    case Width::Narrowing:
        return by_prefix(16, 16, 8, 16);
    case Width::FromInteger:
        return by_prefix(8, 8, y, y);
    case Width::ToInteger:
        return by_prefix(y, y, 8, y);
    }
    return 0;
}

} // namespace ringside
