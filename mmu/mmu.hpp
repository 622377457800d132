#pragma once
// Translation as the running machine does it: TLB first, then the walk; commit fills the TLB and
// sets A and D bits.
#include "core/x86/memory.hpp"
#include "mmu/page_walk.hpp"
#include "mmu/tlb.hpp"

#include <array>
#include <optional>
#include <vector>

namespace ringside::mmu {

// What one access meant. A hit has no walk; `outcome` is the walk's or the cached translation.
// Without paging there is neither walk nor entry.
struct Lookup {
    // Constructors, because g++ 12 clears the absent walk of an aggregate: 500 bytes at every TLB
    // hit.
    Lookup() = default;
    Lookup(Access const& of, Result<Translation, Fault> const& found)
        : access{of}
        , outcome{found} {}
    explicit Lookup(PageWalk const& miss)
        : access{miss.access}
        , walk{miss}
        , outcome{miss.outcome} {}

    Access access;
    std::optional<PageWalk> walk;
    Result<Translation, Fault> outcome = Translation{};
};

class Mmu {
public:
    // Decides only: reads the TLB and, on a miss, the tables. Nothing changes.
    [[nodiscard]] Lookup look_up(PhysicalMemory const& memory, PagingContext const& context,
                                 Access const& access) const;
    // Applies it: accessed and dirty bits into memory, the translation into the TLB; on a page
    // fault the cached entry of that page is dropped (SDM volume 3, section 5.10.4.1). A walk that
    // succeeded where a cached entry refused replaces that entry. Returns what was dropped or
    // replaced: a large page's entry covers more than this access.
    std::vector<TlbEntry> commit(Lookup const& lookup, PhysicalMemory& memory,
                                 PagingContext const& context);

    [[nodiscard]] Tlb const& tlb() const { return tlb_; }
    [[nodiscard]] Tlb& tlb() { return tlb_; }

private:
    Tlb tlb_;
};

// The tag of this context's TLB entries: CR3[11:0] while CR4.PCIDE = 1, else 0 (SDM volume 3,
// section 5.10.1).
[[nodiscard]] u16 current_pcid(PagingContext const& context);

// The PDPTE registers, loaded and checked by MOV to CR3 and by CR0/CR4 writes that change paging,
// in PAE mode: #GP(0) if a present PDPTE has a reserved bit set (SDM volume 3, section 5.4.1).
struct PdpteLoad {
    std::array<u64, 4> pdptes{};
    std::optional<Fault> fault;
};
[[nodiscard]] PdpteLoad load_pdptes(PhysicalMemory const& memory, PagingContext const& context);

// Ranges of equal rights, for `maps` and the address-space panel: every leaf reachable from CR3,
// adjacent ones of equal rights, equal A and D bits and consecutive frames merged. Uses `walk`'s
// own entry readers, sets no bits. Entries with a reserved bit set map nothing. Tables that point
// back to themselves can map more than can be listed: the list stops after 2^22 entries read.
struct MappedRange {
    LinearAddress start{};
    u64 size = 0;
    PhysicalAddress physical{}; // of start
    u64 page_size = 4096;
    bool user = false;
    bool writable = false;
    bool no_execute = false;
    bool global = false;
    bool accessed = false;
    bool dirty = false;
    friend bool operator==(MappedRange const&, MappedRange const&) = default;
};
[[nodiscard]] std::vector<MappedRange> list_mappings(PhysicalMemory const& memory,
                                                     PagingContext const& context);

} // namespace ringside::mmu
