#pragma once
// The TLB model: unified, unbounded, fills nothing speculatively, and keeps an entry until the architecture drops it,
// so that a missing INVLPG is a real, visible bug (SDM volume 3, section 5.10). Entries are 4 KiB or, for large pages,
// the whole page; tagged with the PCID while CR4.PCIDE = 1; global entries survive MOV to CR3 while CR4.PGE = 1.
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/x86/address.hpp"
#include "core/x86/integers.hpp"
#include "mmu/access.hpp"
#include "mmu/page_walk.hpp"
#include "mmu/paging_context.hpp"

namespace ringside::mmu {

struct TlbEntry {
    LinearAddress page{};      // first byte of the page
    u64 page_size = 4096;
    PhysicalAddress frame{};   // first byte of the frame
    u16 pcid = 0;
    bool user = false;
    bool writable = false;
    bool no_execute = false;
    bool global = false;
    bool dirty = false;
    friend bool operator==(TlbEntry const&, TlbEntry const&) = default;
};

// Would this cached translation satisfy the access by itself? No: the processor walks (a store that must set D, or
// an access the cached rights refuse: hardware re-walks and reports what the tables say now).
[[nodiscard]] bool permits(TlbEntry const& entry, PagingContext const& context, Access const& access);

class Tlb {
public:
    [[nodiscard]] TlbEntry const* find(LinearAddress address, u16 pcid) const;
    void insert(TlbEntry const& entry);
    // Each returns what it dropped, so that the engine can drop the same pages from its hidden tables.
    std::vector<TlbEntry> flush_all();                     // MOV to CR0.PG / CR4.PGE, ...
    std::vector<TlbEntry> flush_non_global(u16 pcid, bool pcide); // MOV to CR3
    std::vector<TlbEntry> invalidate(LinearAddress address, u16 pcid); // INVLPG, and the page of a #PF
    [[nodiscard]] std::size_t size() const { return entries_.size() + large_.size(); }
    // Sorted by PCID and page: a stable list for views, snapshots and hashes.
    [[nodiscard]] std::vector<TlbEntry> list() const;
    void assign(std::vector<TlbEntry> const& entries);

private:
    struct Key {
        u64 page;
        u16 pcid;
        friend bool operator==(Key const&, Key const&) = default;
    };
    struct KeyHash {
        std::size_t operator()(Key const& key) const noexcept {
            return static_cast<std::size_t>((key.page >> 12U) * 0x9e3779b97f4a7c15ULL + key.pcid);
        }
    };
    std::unordered_map<Key, TlbEntry, KeyHash> entries_; // 4 KiB pages; a global page is stored with pcid 0xffff
    std::vector<TlbEntry> large_;                        // large pages: few
};

} // namespace ringside::mmu
