#include "core/vectors/sparse_memory.hpp"

#include "core/x86/bits.hpp"

#include <algorithm>

namespace ringside::vectors {

u64 SparseMemory::read64(PhysicalAddress address) const {
    u64 const number = address.value() / 8;
    unsigned const shift = static_cast<unsigned>(address.value() % 8) * 8;
    u64 const low = cell(number) >> shift;
    return shift == 0 ? low : low | cell(number + 1) << (64 - shift);
}

void SparseMemory::write(PhysicalAddress address, u64 value, unsigned size) {
    u64 const number = address.value() / 8;
    unsigned const shift = static_cast<unsigned>(address.value() % 8) * 8;
    u64 const mask = low_mask(size * 8);
    u64& low = cells_[number];
    low = (low & ~(mask << shift)) | (value & mask) << shift;
    if (shift + size * 8 > 64) {
        unsigned const done = 64 - shift;
        u64& high = cells_[number + 1];
        high = (high & ~(mask >> done)) | (value & mask) >> done;
    }
}

std::vector<PhysicalAddress> SparseMemory::changed_since(SparseMemory const& before) const {
    std::vector<PhysicalAddress> changed;
    for (auto const& [number, value] : cells_) {
        if (value != before.cell(number)) {
            changed.emplace_back(number * 8);
        }
    }
    std::ranges::sort(changed);
    return changed;
}

} // namespace ringside::vectors
