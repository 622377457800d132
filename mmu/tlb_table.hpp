#pragma once
// A hash table from a 64-bit key to a TlbEntry: open addressing, linear probing, at most half full.
// Every memory access of the guest asks it, and std::unordered_map's division by a prime alone
// would cost more than this whole look-up.
#include "core/x86/integers.hpp"
#include "mmu/tlb_entry.hpp"

#include <utility>
#include <vector>

namespace ringside::mmu {

class TlbTable {
public:
    // Key 0 means an empty slot, and is no entry's key.
    struct Slot {
        u64 key = 0;
        TlbEntry entry;
    };

    [[nodiscard]] TlbEntry const* find(u64 key) const {
        for (std::size_t place = home(key); slots_[place].key != 0; place = after(place)) {
            if (slots_[place].key == key) {
                return &slots_[place].entry;
            }
        }
        return nullptr;
    }

    // Returns whether the key is new.
    bool put(u64 key, TlbEntry const& entry) {
        if (2 * (size_ + 1) > slots_.size()) {
            grow();
        }
        std::size_t place = home(key);
        while (slots_[place].key != 0 && slots_[place].key != key) {
            place = after(place);
        }
        bool const is_new = slots_[place].key == 0;
        slots_[place] = {key, entry};
        size_ += is_new ? 1 : 0;
        return is_new;
    }

    // Closes the gap by moving back what probed past it, so that no tombstones are needed.
    bool remove(u64 key) {
        std::size_t gap = home(key);
        while (slots_[gap].key != key) {
            if (slots_[gap].key == 0) {
                return false;
            }
            gap = after(gap);
        }
        for (std::size_t place = after(gap); slots_[place].key != 0; place = after(place)) {
            std::size_t const wanted_from_gap = (place - gap) & mask();
            std::size_t const probed = (place - home(slots_[place].key)) & mask();
            if (probed >= wanted_from_gap) {
                slots_[gap] = slots_[place];
                gap = place;
            }
        }
        slots_[gap] = {};
        --size_;
        return true;
    }

    void clear() {
        slots_.assign(initial_slots, {});
        size_ = 0;
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    // All slots, empty ones (key 0) too, in no useful order.
    [[nodiscard]] std::vector<Slot> const& slots() const { return slots_; }

private:
    static constexpr std::size_t initial_slots =
        256; // a power of two, so that a mask finds the home

    [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
    [[nodiscard]] std::size_t after(std::size_t place) const { return (place + 1) & mask(); }
    // The high half of a product by 2^64 / phi depends on every bit of the key below it.
    [[nodiscard]] std::size_t home(u64 key) const {
        return ((key * 0x9e3779b97f4a7c15ULL) >> 32U) & mask();
    }

    void grow() {
        std::vector<Slot> const old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
        size_ = 0;
        for (Slot const& slot : old) {
            if (slot.key != 0) {
                put(slot.key, slot.entry);
            }
        }
    }

    std::vector<Slot> slots_ = std::vector<Slot>(initial_slots);
    std::size_t size_ = 0;
};

} // namespace ringside::mmu
