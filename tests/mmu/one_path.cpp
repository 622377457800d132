#include "one_path.hpp"

namespace ringside::mmu {

namespace {

// 0x12345678 has PDE index 0x48 and PTE index 0x345 with 4-byte entries; with 8-byte ones PDPTE 0,
// PDE 0x91 and PTE 0x145. The 4-level address has PML4E 0x1a5, PDPTE 0x0f3, PDE 0x0c4, PTE 0x123.
constexpr u64 low_address = 0x1234'5678;
constexpr u64 high_address = 0xffff'd2bc'd892'3456;

u64 index_bytes(PagingMode mode, PagingLevel level) {
    if (mode == PagingMode::Bits32) {
        return level == PagingLevel::PD ? 0x48 * 4 : 0x345 * 4;
    }
    bool const pae = mode == PagingMode::PAE;
    switch (level) {
    case PagingLevel::PML4:
        return 0x1a5 * 8;
    case PagingLevel::PDPT:
        return pae ? 0 : 0x0f3 * 8;
    case PagingLevel::PD:
        return (pae ? 0x91 : 0x0c4) * 8;
    case PagingLevel::PT:
        break;
    }
    return (pae ? 0x145 : 0x123) * 8;
}

} // namespace

OnePath::OnePath(PagingMode mode, PagingLevel leaf_level)
    : address{mode == PagingMode::Level4 ? high_address : low_address} {
    context.mode = mode;
    context.cr3 = root;
    context.pse = true;
    context.nxe = true;
    for (PagingLevel const level :
         {PagingLevel::PML4, PagingLevel::PDPT, PagingLevel::PD, PagingLevel::PT}) {
        bool const in_mode = mode == PagingMode::Level4 ||
                             (mode == PagingMode::PAE && level <= PagingLevel::PDPT) ||
                             level <= PagingLevel::PD;
        if (in_mode && level >= leaf_level) {
            levels_.push_back(level);
        }
    }
    for (PagingLevel const level : levels_) {
        set(level, is_register(level) ? flag::P : flag::P | flag::RW | flag::US);
    }
}

bool OnePath::is_register(PagingLevel level) const {
    return context.mode == PagingMode::PAE && level == PagingLevel::PDPT;
}

// The tables lie one after another in order of depth.
u64 OnePath::points_to(PagingLevel level) const {
    if (level == leaf()) {
        return frame;
    }
    u64 table = root;
    for (PagingLevel const above : levels_) {
        table += 0x1000;
        if (above == level) {
            break;
        }
    }
    return table;
}

PhysicalAddress OnePath::entry_address(PagingLevel level) const {
    u64 table = root;
    for (PagingLevel const above : levels_) {
        if (above == level) {
            break;
        }
        table += 0x1000;
    }
    return PhysicalAddress{table + index_bytes(context.mode, level)};
}

u64 OnePath::page_flag(PagingLevel level) const {
    return level == leaf() && level != PagingLevel::PT ? flag::PS : 0;
}

void OnePath::set(PagingLevel level, u64 flags) {
    set_raw(level, points_to(level) | page_flag(level) | flags);
}

void OnePath::set_raw(PagingLevel level, u64 entry) {
    if (is_register(level)) {
        context.pdptes[0] = entry;
    } else if (context.mode == PagingMode::Bits32) {
        memory.write32(entry_address(level), static_cast<u32>(entry));
    } else {
        memory.write64(entry_address(level), entry);
    }
}

u64 OnePath::entry(PagingLevel level) const {
    if (is_register(level)) {
        return context.pdptes[0];
    }
    return context.mode == PagingMode::Bits32 ? memory.read32(entry_address(level))
                                              : memory.read64(entry_address(level));
}

unsigned OnePath::width() const {
    if (leaf() == PagingLevel::PT) {
        return 12;
    }
    if (leaf() == PagingLevel::PDPT) {
        return 30;
    }
    return context.mode == PagingMode::Bits32 ? 22 : 21;
}

PageWalk OnePath::walk(Access access) const {
    access.address = address;
    return mmu::walk(memory, context, access);
}

} // namespace ringside::mmu
