#pragma once
// The TLB model: unified, unbounded, fills nothing speculatively, and keeps an entry until the
// architecture drops it, so that a missing INVLPG is a real, visible bug (SDM volume 3,
// section 5.10). Entries are 4 KiB or, for large pages, the whole page; tagged with the PCID while
// CR4.PCIDE = 1; global entries survive MOV to CR3 while CR4.PGE = 1.
#include "core/x86/address.hpp"
#include "core/x86/integers.hpp"
#include "mmu/access.hpp"
#include "mmu/page_walk.hpp"
#include "mmu/paging_context.hpp"
#include "mmu/tlb_entry.hpp"
#include "mmu/tlb_table.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace ringside::mmu {

class Tlb {
public:
    [[nodiscard]] TlbEntry const* find(LinearAddress address, u16 pcid) const;
    // Takes the place of an entry for the same page, page size and PCID. Entries of another page
    // size for the same address stay: software that changes a page's size must invalidate
    // (section 5.10.2.3).
    void insert(TlbEntry const& entry);
    // Each returns what it dropped, so that the engine can drop the same pages from its hidden
    // tables.
    std::vector<TlbEntry> flush_all();                            // MOV to CR0.PG / CR4.PGE, ...
    std::vector<TlbEntry> flush_non_global(u16 pcid, bool pcide); // MOV to CR3
    // INVLPG, and the page of a #PF: every entry that could serve the address, global ones too.
    std::vector<TlbEntry> invalidate(LinearAddress address, u16 pcid);
    // INVPCID of type 0: as INVLPG, but global entries stay.
    std::vector<TlbEntry> invalidate_own(LinearAddress address, u16 pcid);
    // What a PCID has besides the global entries, in no order.
    [[nodiscard]] std::vector<TlbEntry> owned_by(u16 pcid) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    // Sorted by PCID and page: a stable list for views, snapshots and hashes.
    [[nodiscard]] std::vector<TlbEntry> list() const;
    void assign(std::vector<TlbEntry> const& entries);

private:
    // What an address could be cached as: one page size, own or global. A class without entries is
    // not probed.
    struct PageClass {
        unsigned width; // log2 of the page size
        u16 owner_mask; // 0: global entries, shared by all PCIDs
        friend bool operator==(PageClass const&, PageClass const&) = default;
    };
    static constexpr u16 own = 0xfff;
    static constexpr std::array<PageClass, 8> classes{
        {{12, own}, {12, 0}, {21, own}, {21, 0}, {22, own}, {22, 0}, {30, own}, {30, 0}}};

    [[nodiscard]] static u64 key_of(std::size_t page_class, LinearAddress address, u16 pcid);
    [[nodiscard]] static std::size_t class_of(TlbEntry const& entry);
    void remove(std::size_t page_class, TlbEntry const& entry);
    std::vector<TlbEntry> invalidate(LinearAddress address, u16 pcid, bool global_too);

    TlbTable entries_;
    std::array<std::size_t, classes.size()> count_{}; // entries of each class
};

} // namespace ringside::mmu
