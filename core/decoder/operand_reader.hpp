#pragma once
// Walks along the bytes of one instruction: prefixes, ModRM and SIB, displacement, immediate (SDM
// volume 2, chapter 2). Private to this room.
#include "core/decoder/opcode_tables.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace ringside {

class OperandReader {
public:
    OperandReader(std::span<u8 const> bytes, CodeSize size)
        : available_{std::min(bytes.size(), std::size_t{15})}
        , code_size_{size} {
        if (available_ != 0) {
            std::memcpy(bytes_.data(), bytes.data(), available_);
        }
    }

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] std::size_t available() const { return available_; }
    [[nodiscard]] u8 peek() const { return bytes_[position_]; }
    u8 byte() { return bytes_[position_++]; }

    void read_prefixes(Instruction& instruction);
    [[nodiscard]] bool has_mandatory_prefix(Instruction const& instruction) const {
        return operand_override_ || instruction.rep || instruction.repne;
    }
    // Operand and address size from code size, prefixes and the form of the opcode.
    void set_sizes(Instruction& instruction, opcode::Form const& form) const;
    void read_modrm(Instruction& instruction, bool always_register);
    void read_immediate(Instruction& instruction, opcode::Immediate kind);
    [[nodiscard]] u8 register_in_opcode(u8 opcode) const {
        return static_cast<u8>((opcode & 7U) | ((rex_ & rex_b) << 3U));
    }
    [[nodiscard]] u32 memory_size(Instruction const& instruction, opcode::Width width) const;

private:
    static constexpr unsigned rex_b = 1;
    static constexpr unsigned rex_x = 2;
    static constexpr unsigned rex_r = 4;
    static constexpr unsigned rex_w = 8;
    static constexpr u8 no_override = 0xff;

    bool take_prefix(Instruction& instruction, u8 value);
    void read_address_16(MemoryOperand& memory, u8 mod, u8 rm);
    void read_address_32_64(MemoryOperand& memory, u8 mod, u8 rm);
    u64 little_endian(unsigned size);
    u64 sign_extended(unsigned size);

    // Longest path: 14 prefixes, 3 opcode bytes, ModRM, SIB, displacement 4, immediate 8. What lies
    // behind the given bytes reads as zero, so nothing is checked on the way; the length is judged
    // at the end.
    std::array<u8, 40> bytes_{};
    std::size_t position_ = 0;
    std::size_t available_;
    CodeSize code_size_;
    u8 rex_ = 0;
    u8 segment_override_ = no_override;
    bool operand_override_ = false;
    bool address_override_ = false;
};

} // namespace ringside
