#pragma once
// Guest-physical memory of one case: the words it names, and zero everywhere else, as FORMAT has
// it for the whole pool.
#include "core/x86/memory.hpp"

#include <span>
#include <unordered_map>
#include <vector>

namespace ringside::vectors {

class SparseMemory final : public PhysicalMemory {
public:
    [[nodiscard]] u32 read32(PhysicalAddress address) const override {
        return static_cast<u32>(read64(address));
    }
    [[nodiscard]] u64 read64(PhysicalAddress address) const override;
    void write32(PhysicalAddress address, u32 value) override { write(address, value, 4); }
    void write64(PhysicalAddress address, u64 value) override { write(address, value, 8); }
    // The low `size` bytes of `value`; 1 to 8.
    void write(PhysicalAddress address, u64 value, unsigned size);

    // Every 8-byte cell that is not as it is in `before`, in order of address.
    [[nodiscard]] std::vector<PhysicalAddress> changed_since(SparseMemory const& before) const;

private:
    [[nodiscard]] u64 cell(u64 number) const {
        auto const found = cells_.find(number);
        return found == cells_.end() ? 0 : found->second;
    }

    std::unordered_map<u64, u64> cells_; // by address / 8
};

} // namespace ringside::vectors
