#pragma once
// One paging-structure entry, and where its mode and level give its bits another meaning
// (SDM volume 3, sections 5.3 to 5.5; figures 5-4, 5-7 and 5-11).
//
// 8-byte entry (PAE, 4-level). A is the address of the next table, or of the frame if the entry
// maps a page.
//
//    63  62     52 51       M M-1                  12 11  9  8   7   6   5   4   3   2   1   0
//   +---+---------+----------+-----------------------+-----+---+---+---+---+---+---+---+---+---+
//   |XD | ignored | reserved |           A           | ign | G |PS | D | A |PCD|PWT|U/S|R/W| P |
//   +---+---------+----------+-----------------------+-----+---+---+---+---+---+---+---+---+---+
//     |      |                  |                            |   |   |   |           |   |
//     |      PAE: reserved too  |                            |   |   |   accessed    |   writable
//     reserved while NXE = 0    large page: the low bits     |   |   dirty, leaf only  user
//                               are reserved, but for bit 12 |   1: maps a large page; in a PTE it
//                               is PAT
//     M is MAXPHYADDR           which is PAT                 global, leaf only
//
// 4-byte entry (32-bit paging): bits 31:12 are A, 11:0 as above. A PDE that maps 4 MiB (PS = 1 and
// CR4.PSE = 1):
//
//    31                 22 21  20               13 12  11  9  8   7   6   5   4   3   2   1   0
//   +---------------------+---+-------------------+---+-----+---+---+---+---+---+---+---+---+---+
//   |    frame 31:22      | 0 |    frame 39:32    |PAT| ign | G | 1 | D | A |PCD|PWT|U/S|R/W| P |
//   +---------------------+---+-------------------+---+-----+---+---+---+---+---+---+---+---+---+
//                               with MAXPHYADDR < 40 only M-1:32; what is left of 21:13 is reserved
//
// PDPTE register (PAE): P, PWT, PCD and A; no R/W, U/S, A or XD. Bits 2:1, 8:5 and 63:M are
// reserved.
#include "core/x86/bits.hpp"
#include "mmu/page_fault.hpp"
#include "mmu/page_walk.hpp"

#include <algorithm>

namespace ringside::mmu {

class PageTableEntry {
public:
    static constexpr u64 accessed_bit = u64{1} << 5U;
    static constexpr u64 dirty_bit = u64{1} << 6U;
    static constexpr u64 page_size_bit = u64{1} << 7U;
    static constexpr u64 execute_disable_bit = u64{1} << 63U;

    constexpr PageTableEntry() = default;
    constexpr explicit PageTableEntry(u64 raw)
        : raw_{raw} {}
    [[nodiscard]] constexpr u64 raw() const { return raw_; }
    [[nodiscard]] constexpr bool present() const { return bit<0>(raw_); }
    [[nodiscard]] constexpr bool writable() const { return bit<1>(raw_); }
    [[nodiscard]] constexpr bool user() const { return bit<2>(raw_); }
    [[nodiscard]] constexpr bool write_through() const { return bit<3>(raw_); }
    [[nodiscard]] constexpr bool cache_disable() const { return bit<4>(raw_); }
    [[nodiscard]] constexpr bool accessed() const { return bit<5>(raw_); }
    [[nodiscard]] constexpr bool dirty() const { return bit<6>(raw_); }
    [[nodiscard]] constexpr bool page_size() const { return bit<7>(raw_); }
    [[nodiscard]] constexpr bool global() const { return bit<8>(raw_); }
    [[nodiscard]] constexpr bool execute_disable() const { return bit<63>(raw_); }
    // Address of the next table. Bits MAXPHYADDR and up are reserved, so 0 in every entry that is
    // used.
    [[nodiscard]] constexpr PhysicalAddress table() const {
        return PhysicalAddress{bits<51, 12>(raw_) << 12U};
    }

private:
    u64 raw_ = 0;
};

[[nodiscard]] constexpr PagingLevel top_level(PagingMode mode) {
    return mode == PagingMode::Level4 ? PagingLevel::PML4
           : mode == PagingMode::PAE  ? PagingLevel::PDPT
                                      : PagingLevel::PD;
}

[[nodiscard]] constexpr PagingLevel next_level(PagingLevel level) {
    return static_cast<PagingLevel>(static_cast<u8>(level) - 1U);
}

[[nodiscard]] constexpr unsigned entry_size(PagingMode mode) {
    return mode == PagingMode::Bits32 ? 4 : 8;
}

// A table is one page, so 4-byte entries index it with 10 bits and 8-byte entries with 9.
[[nodiscard]] constexpr unsigned index_width(PagingMode mode) {
    return mode == PagingMode::Bits32 ? 10 : 9;
}

// Entries in a table; the page-directory-pointer table of PAE paging has four.
[[nodiscard]] constexpr unsigned entry_count(PagingMode mode, PagingLevel level) {
    return mode == PagingMode::PAE && level == PagingLevel::PDPT ? 4 : 1U << index_width(mode);
}

// How many low bits of a linear address one entry of this level spans: 12 for a PTE.
[[nodiscard]] constexpr unsigned span_width(PagingMode mode, PagingLevel level) {
    return 12 + index_width(mode) * (static_cast<unsigned>(level) - 1);
}

[[nodiscard]] constexpr unsigned table_index(PagingMode mode, PagingLevel level,
                                             LinearAddress address) {
    return static_cast<unsigned>(address.value() >> span_width(mode, level)) &
           (entry_count(mode, level) - 1);
}

// CR3 as the address of the first table (tables 5-3, 5-7 and 5-12).
[[nodiscard]] constexpr PhysicalAddress root_table(PagingContext const& context) {
    switch (context.mode) {
    case PagingMode::PAE:
        return PhysicalAddress{bits<31, 5>(context.cr3) << 5U};
    case PagingMode::Level4:
        return PhysicalAddress{bits<51, 12>(context.cr3) << 12U};
    case PagingMode::None:
    case PagingMode::Bits32:
        break;
    }
    return PhysicalAddress{bits<31, 12>(context.cr3) << 12U};
}

// Entries of this machine's processor: 2-MiB and 1-GiB pages always, 4-MiB pages while CR4.PSE = 1.
[[nodiscard]] constexpr bool maps_page(PagingContext const& context, PagingLevel level,
                                       PageTableEntry entry) {
    switch (level) {
    case PagingLevel::PT:
        return true;
    case PagingLevel::PD:
        return entry.page_size() && (context.mode != PagingMode::Bits32 || context.pse);
    case PagingLevel::PDPT:
        return entry.page_size() && context.mode == PagingMode::Level4;
    case PagingLevel::PML4:
        break;
    }
    return false;
}

// The bits that must be 0 in this entry. Never empty in 8-byte entries but where MAXPHYADDR = 52
// and NXE = 1.
[[nodiscard]] constexpr u64 reserved_bits(PagingContext const& context, PagingLevel level,
                                          PageTableEntry entry) {
    bool const leaf = maps_page(context, level, entry);
    u64 const above_physical = ~low_mask(context.maxphyaddr);
    if (context.mode == PagingMode::Bits32) {
        unsigned const m = std::clamp(unsigned{context.maxphyaddr}, 32U, 40U);
        return leaf && level == PagingLevel::PD ? low_mask(22) & ~low_mask(m - 19) : 0;
    }
    if (context.mode == PagingMode::PAE && level == PagingLevel::PDPT) {
        return above_physical | 0x1e6;
    }
    u64 mask = above_physical & low_mask(context.mode == PagingMode::PAE ? 63 : 52);
    if (!context.nxe) {
        mask |= PageTableEntry::execute_disable_bit;
    }
    if (level == PagingLevel::PML4) {
        mask |= PageTableEntry::page_size_bit;
    } else if (leaf && level != PagingLevel::PT) {
        mask |= low_mask(span_width(context.mode, level)) & ~low_mask(13);
    }
    return mask;
}

// First byte of the page frame of an entry that maps a page.
[[nodiscard]] constexpr PhysicalAddress frame(PagingMode mode, PagingLevel level,
                                              PageTableEntry entry) {
    if (mode == PagingMode::Bits32 && level == PagingLevel::PD) {
        return PhysicalAddress{bits<20, 13>(entry.raw()) << 32U | bits<31, 22>(entry.raw()) << 22U};
    }
    return PhysicalAddress{entry.table().value() & ~low_mask(span_width(mode, level))};
}

// Registers for the PDPT level of PAE paging, memory for all others.
[[nodiscard]] inline PageTableEntry read_entry(PhysicalMemory const& memory,
                                               PagingContext const& context, PagingLevel level,
                                               PhysicalAddress address) {
    if (context.mode == PagingMode::Bits32) {
        return PageTableEntry{memory.read32(address)};
    }
    if (context.mode == PagingMode::PAE && level == PagingLevel::PDPT) {
        return PageTableEntry{context.pdptes[bits<4, 3>(address.value())]};
    }
    return PageTableEntry{memory.read64(address)};
}

// How many entries the walk took from memory: the PDPTE of PAE paging is a register.
[[nodiscard]] constexpr std::size_t memory_reads(PageWalk const& walk) {
    bool const register_first = walk.mode == PagingMode::PAE && walk.steps.size() > 0;
    return walk.steps.size() - (register_first ? 1U : 0U);
}

static_assert(table_index(PagingMode::Bits32, PagingLevel::PD, LinearAddress{0xc0000000}) == 768);
static_assert(table_index(PagingMode::PAE, PagingLevel::PDPT, LinearAddress{0xc0000000}) == 3);
static_assert(table_index(PagingMode::Level4, PagingLevel::PML4,
                          LinearAddress{0xffff'8000'0000'0000}) == 256);
static_assert(frame(PagingMode::Bits32, PagingLevel::PD, PageTableEntry{0x00c0'2083}) ==
              PhysicalAddress{0x1'00c0'0000});

} // namespace ringside::mmu
