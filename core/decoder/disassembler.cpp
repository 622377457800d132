#include "core/decoder/disassembler.hpp"

#include "core/decoder/decode.hpp"

#include <capstone/capstone.h>

#include <algorithm>
#include <array>

namespace ringside {
namespace {

// One Capstone handle per code size, closed when the program ends.
class Disassembler {
public:
    explicit Disassembler(cs_mode mode) {
        if (cs_open(CS_ARCH_X86, mode, &handle_) == CS_ERR_OK) {
            cs_option(handle_, CS_OPT_SYNTAX, CS_OPT_SYNTAX_INTEL);
            slot_ = cs_malloc(handle_);
        }
    }
    Disassembler(Disassembler const&) = delete;
    Disassembler(Disassembler&&) = delete;
    Disassembler& operator=(Disassembler const&) = delete;
    Disassembler& operator=(Disassembler&&) = delete;
    ~Disassembler() {
        if (slot_ != nullptr) {
            cs_free(slot_, 1);
            cs_close(&handle_);
        }
    }

    // Empty when Capstone finds no instruction at the front of `bytes`.
    std::string text(std::span<u8 const> bytes, u64 address) {
        u8 const* cursor = bytes.data();
        std::size_t left = bytes.size();
        if (slot_ == nullptr || !cs_disasm_iter(handle_, &cursor, &left, &address, slot_)) {
            return {};
        }
        std::string line{slot_->mnemonic};
        if (slot_->op_str[0] != '\0') {
            line += ' ';
            line += slot_->op_str;
        }
        return line;
    }

private:
    csh handle_ = 0;
    cs_insn* slot_ = nullptr;
};

Disassembler& disassembler(CodeSize size) {
    static std::array<Disassembler, 3> handles{Disassembler{CS_MODE_16}, Disassembler{CS_MODE_32},
                                               Disassembler{CS_MODE_64}};
    return handles[static_cast<std::size_t>(size)];
}

std::string as_bytes(std::span<u8 const> bytes) {
    constexpr std::array<char, 17> digits{"0123456789abcdef"};
    std::string line{"db"};
    char const* separator = " 0x";
    for (u8 const value : bytes) {
        line += separator;
        line += digits[value >> 4U];
        line += digits[value & 0xfU];
        separator = ", 0x";
    }
    return line;
}

} // namespace

std::string disassemble(std::span<u8 const> bytes, u64 address, CodeSize size) {
    Instruction const instruction = decode(bytes, size);
    std::size_t const length = std::min<std::size_t>(instruction.length, bytes.size());
    std::string line = disassembler(size).text(bytes, address);
    return line.empty() ? as_bytes(bytes.first(length)) : line;
}

} // namespace ringside
