#include "mmu/tlb.hpp"

#include "core/x86/bits.hpp"
#include "mmu/permissions.hpp"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

namespace ringside::mmu {

bool permits(TlbEntry const& entry, PagingContext const& context, Access const& access) {
    if (access.type == AccessType::Write && !entry.dirty) {
        return false;
    }
    PathRights const rights{
        .user = entry.user, .writable = entry.writable, .no_execute = entry.no_execute};
    return check_permissions(rights, context, access, [](Rule const&, bool) {}) ==
           WalkVerdict::Leaf;
}

// Bits 63:52 the owner, 51:12 the page (bits 63:48 of a canonical address are copies of bit 47),
// 3:0 the class, from 1 so that no key is 0.
u64 Tlb::key_of(std::size_t page_class, LinearAddress address, u16 pcid) {
    PageClass const& shape = classes[page_class];
    u64 const page = address.value() & low_mask(52) & ~low_mask(shape.width);
    u64 const owner = static_cast<u64>(pcid & shape.owner_mask) << 52U;
    return owner | page | (page_class + 1);
}

std::size_t Tlb::class_of(TlbEntry const& entry) {
    PageClass const shape{.width = static_cast<unsigned>(std::countr_zero(entry.page_size)),
                          .owner_mask = entry.global ? u16{0} : own};
    return static_cast<std::size_t>(std::ranges::find(classes, shape) - classes.begin());
}

TlbEntry const* Tlb::find(LinearAddress address, u16 pcid) const {
    for (std::size_t page_class = 0; page_class < classes.size(); ++page_class) {
        if (count_[page_class] == 0) {
            continue;
        }
        TlbEntry const* const found = entries_.find(key_of(page_class, address, pcid));
        if (found != nullptr) {
            return found;
        }
    }
    return nullptr;
}

void Tlb::insert(TlbEntry const& entry) {
    std::size_t const page_class = class_of(entry);
    bool const is_new = entries_.put(key_of(page_class, entry.page, entry.pcid), entry);
    count_[page_class] += is_new ? 1 : 0;
}

void Tlb::remove(std::size_t page_class, TlbEntry const& entry) {
    entries_.remove(key_of(page_class, entry.page, entry.pcid));
    --count_[page_class];
}

std::vector<TlbEntry> Tlb::flush_all() {
    std::vector<TlbEntry> dropped = list();
    entries_.clear();
    count_ = {};
    return dropped;
}

std::vector<TlbEntry> Tlb::flush_non_global(u16 pcid, bool pcide) {
    std::vector<TlbEntry> dropped = list();
    std::erase_if(dropped, [pcid, pcide](TlbEntry const& entry) {
        return entry.global || (pcide && entry.pcid != pcid);
    });
    for (TlbEntry const& entry : dropped) {
        remove(class_of(entry), entry);
    }
    return dropped;
}

std::vector<TlbEntry> Tlb::invalidate(LinearAddress address, u16 pcid) {
    return invalidate(address, pcid, true);
}

std::vector<TlbEntry> Tlb::invalidate_own(LinearAddress address, u16 pcid) {
    return invalidate(address, pcid, false);
}

std::vector<TlbEntry> Tlb::invalidate(LinearAddress address, u16 pcid, bool global_too) {
    std::vector<TlbEntry> dropped;
    for (std::size_t page_class = 0; page_class < classes.size(); ++page_class) {
        bool const is_global = classes[page_class].owner_mask == 0;
        if (count_[page_class] == 0 || (is_global && !global_too)) {
            continue;
        }
        TlbEntry const* const found = entries_.find(key_of(page_class, address, pcid));
        if (found != nullptr) {
            dropped.push_back(*found);
            remove(page_class, dropped.back());
        }
    }
    return dropped;
}

std::vector<TlbEntry> Tlb::owned_by(u16 pcid) const {
    std::vector<TlbEntry> owned;
    for (TlbTable::Slot const& slot : entries_.slots()) {
        if (slot.key != 0 && !slot.entry.global && slot.entry.pcid == pcid) {
            owned.push_back(slot.entry);
        }
    }
    return owned;
}

std::vector<TlbEntry> Tlb::list() const {
    std::vector<TlbEntry> all;
    all.reserve(entries_.size());
    for (TlbTable::Slot const& slot : entries_.slots()) {
        if (slot.key != 0) {
            all.push_back(slot.entry);
        }
    }
    std::ranges::sort(all, {}, [](TlbEntry const& entry) {
        return std::tuple{entry.pcid, entry.page, entry.page_size, entry.global};
    });
    return all;
}

void Tlb::assign(std::vector<TlbEntry> const& entries) {
    flush_all();
    for (TlbEntry const& entry : entries) {
        insert(entry);
    }
}

} // namespace ringside::mmu
