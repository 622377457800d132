#include "ui/sheets/words.hpp"

#include "core/x86/control_registers.hpp"
#include "core/x86/rflags.hpp"

#include <array>
#include <fmt/format.h>
#include <utility>

namespace ringside::sheets {

std::string hex(u64 value, unsigned digits) {
    return fmt::format("{:0{}x}", value, digits);
}

std::string address(u64 value, unsigned digits) {
    return digits <= 8 ? hex(value, 8)
                       : fmt::format("{:08x}_{:08x}", value >> 32U, value & 0xffffffffU);
}

std::string physical(u64 value) {
    return hex(value, value >> 32U != 0 ? 10 : 8);
}

std::string small(u64 value) {
    return fmt::format("{:#x}", value);
}

std::string bytes(u64 count) {
    static constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    double size = static_cast<double>(count);
    while (size >= 1024 && unit + 1 < units.size()) {
        size /= 1024;
        ++unit;
    }
    bool const whole = size >= 100 || size - static_cast<double>(static_cast<u64>(size)) < 0.05;
    return whole ? fmt::format("{:.0f} {}", size, units[unit])
                 : fmt::format("{:.1f} {}", size, units[unit]);
}

std::string count(u64 number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string register_name(std::string name, bool is_64_bit) {
    if (is_64_bit && (name == "eip" || name == "esp" || name == "ebp" || name == "eflags")) {
        name[0] = 'r';
    }
    return name;
}

char ring_glyph(u8 ring) {
    return ring == 3 ? 'o' : '#';
}

Role ring_role(u8 ring) {
    return ring == 3 ? Role::Ring3 : Role::Ring0;
}

Role level_role(mmu::PagingLevel level) {
    switch (level) {
    case mmu::PagingLevel::PML4:
        return Role::Level4;
    case mmu::PagingLevel::PDPT:
        return Role::Level3;
    case mmu::PagingLevel::PD:
        return Role::Level2;
    case mmu::PagingLevel::PT:
        break;
    }
    return Role::Level1;
}

std::string access_words(mmu::Access const& access) {
    char const* const who = access.implicit ? "the processor's own "
                            : access.user   ? "user "
                                            : "supervisor ";
    char const* const what = access.type == mmu::AccessType::Read    ? "read"
                             : access.type == mmu::AccessType::Write ? "write"
                                                                     : "instruction fetch";
    return std::string{who} + what;
}

std::string exception_name(u8 vector) {
    std::string const name{mnemonic(static_cast<ExceptionVector>(vector))};
    return vector < 32 && name != "?" ? name : fmt::format("vector {:#x}", vector);
}

std::string page_fault_bits(u32 error) {
    std::string words = (error & 1U) != 0 ? "P1 refused by rights" : "P0 not present";
    words += (error & 2U) != 0 ? ", W1 write" : ", W0 read";
    words += (error & 4U) != 0 ? ", U1 user" : ", U0 supervisor";
    if ((error & 8U) != 0) {
        words += ", R1 reserved bit";
    }
    if ((error & 16U) != 0) {
        words += ", I1 fetch";
    }
    return words;
}

std::string selector_error_words(u32 error) {
    if (error == 0) {
        return "no selector";
    }
    char const* const table = (error & 2U) != 0 ? "IDT" : (error & 4U) != 0 ? "LDT" : "GDT";
    return fmt::format("{}[{:#x}]{}", table, (error & 0xffffU) >> 3U,
                       (error & 1U) != 0 ? ", external" : "");
}

std::string selector_words(seg::Selector selector) {
    if (selector.is_null()) {
        return "null";
    }
    return fmt::format("{}[{}] RPL {}",
                       selector.table() == seg::TableIndicator::LDT ? "LDT" : "GDT",
                       selector.index(), number(selector.rpl()));
}

std::string descriptor_words(u64 raw) {
    seg::SegmentDescriptor const descriptor{raw};
    std::string const tail = fmt::format(", DPL {}{}", number(descriptor.dpl()),
                                         descriptor.present() ? "" : ", not present");
    if (descriptor.is_code()) {
        char const* const size = descriptor.long_mode()     ? "64-bit"
                                 : descriptor.default_big() ? "32-bit"
                                                            : "16-bit";
        return fmt::format("{} code{}{}{}", size, descriptor.readable() ? "" : ", execute only",
                           descriptor.conforming() ? ", conforming" : "", tail);
    }
    if (descriptor.is_data()) {
        return fmt::format("data, {}{}{}", descriptor.writable() ? "writable" : "read only",
                           descriptor.expand_down() ? ", expand down" : "", tail);
    }
    static constexpr std::array names{"reserved",
                                      "16-bit TSS",
                                      "LDT",
                                      "busy 16-bit TSS",
                                      "16-bit call gate",
                                      "task gate",
                                      "16-bit interrupt gate",
                                      "16-bit trap gate",
                                      "reserved",
                                      "TSS",
                                      "reserved",
                                      "busy TSS",
                                      "call gate",
                                      "reserved",
                                      "interrupt gate",
                                      "trap gate"};
    return names[descriptor.type()] + tail;
}

std::string gate_words(u64 raw, u64 high) {
    seg::SegmentDescriptor const descriptor{raw};
    bool const trap = (descriptor.type() & 1U) != 0 && descriptor.type() != 5;
    char const* const what = descriptor.type() == 5 ? "task gate"
                             : trap                 ? "trap gate: IF stays as it is"
                                                    : "interrupt gate: IF becomes 0";
    u64 const target = (raw & 0xffffU) | (raw >> 32U & 0xffff0000U) | (high << 32U);
    return fmt::format("{}, DPL {}, to {:04x}:{:0{}x}", what, number(descriptor.dpl()),
                       raw >> 16U & 0xffffU, target, high != 0 ? 16 : 8);
}

std::string prot_words(u32 prot, u32 flags) {
    std::string words = "---p";
    words[0] = (prot & 1U) != 0 ? 'r' : '-';
    words[1] = (prot & 2U) != 0 ? 'w' : '-';
    words[2] = (prot & 4U) != 0 ? 'x' : '-';
    words[3] = (flags & 1U) != 0 ? 's' : 'p';
    return words;
}

namespace {

template <std::size_t Size>
std::string names_of(u64 value, std::array<std::pair<u64, char const*>, Size> const& names) {
    std::string words;
    for (auto const& [mask, name] : names) {
        if ((value & mask) != 0) {
            words += words.empty() ? name : std::string{" "} + name;
        }
    }
    return words.empty() ? "-" : words;
}

} // namespace

std::string flags_words(u64 flags) {
    static constexpr std::array<std::pair<u64, char const*>, 14> names{{
        {rflags::CF, "CF"},
        {rflags::PF, "PF"},
        {rflags::AF, "AF"},
        {rflags::ZF, "ZF"},
        {rflags::SF, "SF"},
        {rflags::TF, "TF"},
        {rflags::IF, "IF"},
        {rflags::DF, "DF"},
        {rflags::OF, "OF"},
        {rflags::NT, "NT"},
        {rflags::RF, "RF"},
        {rflags::VM, "VM"},
        {rflags::AC, "AC"},
        {rflags::ID, "ID"},
    }};
    return names_of(flags, names);
}

std::string control_words(u64 value) {
    static constexpr std::array<std::pair<u64, char const*>, 6> names{{
        {cr0::PG, "PG"},
        {cr0::WP, "WP"},
        {cr0::PE, "PE"},
        {cr0::TS, "TS"},
        {cr0::AM, "AM"},
        {cr0::CD, "CD"},
    }};
    return names_of(value, names);
}

std::string control4_words(u64 value) {
    static constexpr std::array<std::pair<u64, char const*>, 6> names{{
        {cr4::PSE, "PSE"},
        {cr4::PAE, "PAE"},
        {cr4::PGE, "PGE"},
        {cr4::PCIDE, "PCIDE"},
        {cr4::SMEP, "SMEP"},
        {cr4::SMAP, "SMAP"},
    }};
    return names_of(value, names);
}

std::string kernel_words(view::MachineView const& now) {
    bool const is_long = (now.cpu.efer & efer::LMA) != 0; // its tables are always PAE's and more
    std::string words = now.kernel;
    words += (now.cpu.cr4 & cr4::PAE) != 0 && !is_long ? " pae" : "";
    words += (now.cpu.efer & efer::NXE) != 0 ? " nx" : "";
    words += (now.cpu.cr4 & cr4::SMEP) != 0 ? " smep" : "";
    words += (now.cpu.cr4 & cr4::SMAP) != 0 ? " smap" : "";
    return words;
}

} // namespace ringside::sheets
