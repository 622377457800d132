#pragma once
// One cached translation (SDM volume 3, section 5.10.2.2).
#include "core/x86/address.hpp"
#include "core/x86/integers.hpp"
#include "mmu/access.hpp"
#include "mmu/paging_context.hpp"

namespace ringside::mmu {

struct TlbEntry {
    LinearAddress page{}; // first byte of the page
    u64 page_size = 4096;
    PhysicalAddress frame{}; // first byte of the frame
    u16 pcid = 0;            // of the walk that filled it; a global entry serves every PCID
    bool user = false;
    bool writable = false;
    bool no_execute = false;
    bool global = false;
    bool dirty = false;
    friend bool operator==(TlbEntry const&, TlbEntry const&) = default;
};

// Would this cached translation satisfy the access by itself? No: the processor walks (a store that
// must set D, or an access the cached rights refuse: hardware re-walks and reports what the tables
// say now).
[[nodiscard]] bool permits(TlbEntry const& entry, PagingContext const& context,
                           Access const& access);

} // namespace ringside::mmu
