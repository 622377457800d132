#pragma once
// Expressions that a student watches: registers, and what lies in the guest's
// memory. Values come from the machine at a moment; nothing of it changes by
// looking.
//
//   eax            a register (eax..edi, r8.., eip, eflags, cs..gs, cr0, cr2,
//   cr3, cr4, cpl) jiffies        a symbol alone: the word that lies at it [esp
//   + 4]      the word at a linear address under the CR3 of the moment; `byte`,
//   `half`,
//                  `dword`, `qword` in front change its size
//   phys [253130]  the same at a physical address
//   pte 804b000    the entry that ends the walk of a linear address, as the
//   walker reads it
//
// Numbers are hex, with or without 0x. A word has 4 bytes, 8 in 64-bit code.
#include "core/session.hpp"
#include "core/x86/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::view {

class Watch {
public:
    using Resolve = std::function<std::optional<u64>(std::string_view symbol)>;
    // The error is a sentence.
    [[nodiscard]] static Result<Watch, std::string> parse(std::string_view text,
                                                          Resolve const& symbols);

    [[nodiscard]] std::string const& text() const { return text_; }
    // Absent where nothing is mapped.
    [[nodiscard]] std::optional<u64> value(Session const& session) const;
    // "0804b000", or "not mapped".
    [[nodiscard]] std::string words(Session const& session) const;

private:
    friend class WatchParser;
    enum class Kind : u8 { Number, Register, Add, Subtract, Read, ReadPhysical, Entry };
    struct Step { // of a calculation on a stack
        Kind kind = Kind::Number;
        u64 number = 0; // Number: itself; Register: which
        u8 size = 0;    // Read: bytes; 0: a word
    };
    std::string text_;
    std::vector<Step> steps_;
};

} // namespace ringside::view
