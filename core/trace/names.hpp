#pragma once
// The words of the trace for the small enumerations of its events. The JSON, the story and the
// panels say the same ones.
#include "core/trace/event.hpp"

#include <span>
#include <string>
#include <string_view>

namespace ringside::trace {

[[nodiscard]] std::string_view word(GateSource source); // "int" "exception" "irq"
[[nodiscard]] std::string_view word(TlbOp op);          // "fill" "flush" "invlpg"
[[nodiscard]] std::string_view word(TaskCause cause);   // "jmp" "call" "int" "iret"
[[nodiscard]] std::string_view
word(mmu::PagingMode mode); // "p32" "pae" "p64"; "none" without paging
[[nodiscard]] std::string_view word(mmu::PagingLevel level);   // "pt" "pd" "pdpt" "pml4"
[[nodiscard]] std::string_view word(mmu::WalkVerdict verdict); // "descend" "leaf" "not_present" ...
// Of the entry that ended a walk: "is not present" ...
[[nodiscard]] std::string_view verdict_text(mmu::WalkVerdict verdict);
[[nodiscard]] char letter(mmu::AccessType type);       // 'r' 'w' 'x'
[[nodiscard]] std::string_view copy_word(u32 dir);     // enum tp_copy: "from_user" ...
[[nodiscard]] std::string_view fault_in_word(u32 how); // enum tp_fault_in: "zero" ...
[[nodiscard]] std::string_view vma_word(u32 op);       // enum tp_vma_op: "map" ...

// "0x8051000": lower-case, without leading zeros.
[[nodiscard]] std::string hex(u64 value);
[[nodiscard]] std::string hex_signed(i64 value); // "-0x6"
// The bytes of `text`, two digits each, no prefix.
[[nodiscard]] std::string hex_bytes(std::string_view text);

// The register that a segment load names: "ds", "ldtr", "tr".
[[nodiscard]] std::string_view register_name(SegLoad const& load);

// Every kind of event, as kind_name gives them.
[[nodiscard]] std::span<std::string_view const> kinds();
[[nodiscard]] bool is_kind(std::string_view name);

// Did the walk end in a page fault?
[[nodiscard]] bool failed(Walk const& walk);

// Who raises an interrupt line: "line 0 (the timer)"; "line 5" when nobody of this machine does.
[[nodiscard]] std::string line_text(u32 line);

[[nodiscard]] std::string signal_name(u32 number); // "SIGSEGV"; "signal 40" for one without a name
// "EFAULT" for 14; empty for a number without a name.
[[nodiscard]] std::string_view errno_name(u32 number);
[[nodiscard]] std::string_view errno_sentence(u32 number); // "Bad address"

} // namespace ringside::trace
