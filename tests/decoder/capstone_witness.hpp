#pragma once
// Capstone's opinion of some bytes.
#include "core/decoder/instruction.hpp"

#include <capstone/capstone.h>

#include <span>
#include <string>

namespace ringside::test {

class CapstoneWitness {
public:
    explicit CapstoneWitness(CodeSize size) {
        cs_mode const mode = size == CodeSize::Bits16   ? CS_MODE_16
                             : size == CodeSize::Bits32 ? CS_MODE_32
                                                        : CS_MODE_64;
        ready_ = cs_open(CS_ARCH_X86, mode, &handle_) == CS_ERR_OK &&
                 cs_option(handle_, CS_OPT_DETAIL, CS_OPT_ON) == CS_ERR_OK;
        slot_ = cs_malloc(handle_);
    }
    CapstoneWitness(CapstoneWitness const&) = delete;
    CapstoneWitness(CapstoneWitness&&) = delete;
    CapstoneWitness& operator=(CapstoneWitness const&) = delete;
    CapstoneWitness& operator=(CapstoneWitness&&) = delete;
    ~CapstoneWitness() {
        cs_free(slot_, 1);
        cs_close(&handle_);
    }

    [[nodiscard]] bool ready() const { return ready_ && slot_ != nullptr; }
    // Null where Capstone finds no instruction in the first 15 bytes.
    cs_insn const* look(std::span<u8 const> bytes) {
        u8 const* cursor = bytes.data();
        std::size_t left = bytes.size() < 15 ? bytes.size() : 15;
        u64 address = 0;
        return cs_disasm_iter(handle_, &cursor, &left, &address, slot_) ? slot_ : nullptr;
    }

private:
    csh handle_ = 0;
    cs_insn* slot_ = nullptr;
    bool ready_ = false;
};

inline std::string text(cs_insn const* found) {
    return found == nullptr
               ? "nothing"
               : std::to_string(found->size) + " bytes, " + found->mnemonic + " " + found->op_str;
}

} // namespace ringside::test
