#pragma once
// The words that every panel uses for the same thing: numbers, rights, selectors, descriptors,
// error codes.
#include "core/view/machine_view.hpp"
#include "mmu/page_walk.hpp"
#include "seg/segment_register.hpp"
#include "ui/sheets/sheet.hpp"

#include <string>
#include <string_view>

namespace ringside::sheets {

[[nodiscard]] std::string hex(u64 value, unsigned digits);
// 8 digits, or 16 in two groups: "c0102f3a", "ffffffff_80102f3a".
[[nodiscard]] std::string address(u64 value, unsigned digits);
// Physical addresses: 8 digits, more when they need it.
[[nodiscard]] std::string physical(u64 value);
// Without leading zeros, as people write small numbers: "0x1f", "0".
[[nodiscard]] std::string small(u64 value);
[[nodiscard]] std::string bytes(u64 count);                         // "4 KiB", "1.5 MiB"
[[nodiscard]] std::string count(u64 number, std::string_view noun); // "1 read", "2 reads"

// "eip" as it is called in 64-bit mode: "rip". Other words stay.
[[nodiscard]] std::string register_name(std::string name, bool is_64_bit);

[[nodiscard]] char ring_glyph(u8 ring); // '#' for the kernel, 'o' for users
[[nodiscard]] Role ring_role(u8 ring);
[[nodiscard]] Role level_role(mmu::PagingLevel level);

[[nodiscard]] std::string access_words(mmu::Access const& access); // "user write"
[[nodiscard]] std::string exception_name(u8 vector);               // "#PF", "int 0x80"
// "P0 not present, W0 read, U0 supervisor" (SDM volume 3, figure 5-12).
[[nodiscard]] std::string page_fault_bits(u32 error);
// "selector 0x18 in the GDT" of an exception's error code (SDM volume 3, section 7.13).
[[nodiscard]] std::string selector_error_words(u32 error);

[[nodiscard]] std::string selector_words(seg::Selector selector); // "GDT[4] RPL 3"
[[nodiscard]] std::string descriptor_words(u64 raw);              // "32-bit code, DPL 3, readable"
[[nodiscard]] std::string gate_words(u64 raw, u64 high);          // "32-bit trap gate, DPL 3"
[[nodiscard]] std::string prot_words(u32 prot, u32 flags);        // "rw-p"
[[nodiscard]] std::string flags_words(u64 rflags);                // "IF ZF PF"
[[nodiscard]] std::string control_words(u64 cr0);                 // "PG WP PE"
[[nodiscard]] std::string control4_words(u64 cr4);
// The split, and what of later CPUs is on: "3g1g pae nx smap".
[[nodiscard]] std::string kernel_words(view::MachineView const& now);

} // namespace ringside::sheets
