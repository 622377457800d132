#pragma once
// Page tables with one path in them: from CR3 to one page. Where each entry lies is written down
// here once more, from the manual's figures, so that the walk's own arithmetic has a witness.
#include "mmu/page_walk.hpp"

#include <array>
#include <vector>

#include "flat_memory.hpp"

namespace ringside::mmu {

namespace flag {
inline constexpr u64 P = 1;
inline constexpr u64 RW = 2;
inline constexpr u64 US = 4;
inline constexpr u64 A = 0x20;
inline constexpr u64 D = 0x40;
inline constexpr u64 PS = 0x80;
inline constexpr u64 G = 0x100;
inline constexpr u64 XD = u64{1} << 63U;
} // namespace flag

class OnePath {
public:
    static constexpr u64 root = 0x1000;
    static constexpr u64 frame = 0x4000'0000; // aligned for every page size

    // Present, writable, user, nothing accessed; the leaf is at `leaf_level`.
    OnePath(PagingMode mode, PagingLevel leaf_level);

    // Writes the entry of this level: what it points to, and these flags.
    void set(PagingLevel level, u64 flags);
    void set_raw(PagingLevel level, u64 entry);
    [[nodiscard]] u64 entry(PagingLevel level) const;
    [[nodiscard]] PhysicalAddress entry_address(PagingLevel level) const;
    [[nodiscard]] u64 points_to(PagingLevel level) const;
    [[nodiscard]] u64 page_flag(PagingLevel level) const;    // PS where a large page needs it
    [[nodiscard]] bool is_register(PagingLevel level) const; // PDPTE of PAE paging
    [[nodiscard]] unsigned width() const;                    // log2 of the page size
    // From the root down to the leaf.
    [[nodiscard]] std::vector<PagingLevel> const& levels() const { return levels_; }
    [[nodiscard]] PagingLevel leaf() const { return levels_.back(); }
    [[nodiscard]] PageWalk walk(Access access) const;

    PagingContext context;
    FlatMemory memory{0x6000};
    LinearAddress address; // in the page, not at its start

private:
    std::vector<PagingLevel> levels_;
};

// Every mode with every page size, as (mode, level of the leaf).
struct PathShape {
    PagingMode mode;
    PagingLevel leaf;
    char const* name;
};
inline constexpr std::array<PathShape, 7> path_shapes{{
    {PagingMode::Bits32, PagingLevel::PT, "p32 4K"},
    {PagingMode::Bits32, PagingLevel::PD, "p32 4M"},
    {PagingMode::PAE, PagingLevel::PT, "pae 4K"},
    {PagingMode::PAE, PagingLevel::PD, "pae 2M"},
    {PagingMode::Level4, PagingLevel::PT, "p64 4K"},
    {PagingMode::Level4, PagingLevel::PD, "p64 2M"},
    {PagingMode::Level4, PagingLevel::PDPT, "p64 1G"},
}};

} // namespace ringside::mmu
