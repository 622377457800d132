#pragma once
// A small RAM from physical address 0; beyond it there is nothing, as on a PC's bus.
#include "core/x86/memory.hpp"

#include <vector>

namespace ringside::mmu {

class FlatMemory final : public PhysicalMemory {
public:
    explicit FlatMemory(std::size_t size)
        : bytes_(size) {}

    [[nodiscard]] u32 read32(PhysicalAddress address) const override {
        return static_cast<u32>(read(address, 4));
    }
    [[nodiscard]] u64 read64(PhysicalAddress address) const override { return read(address, 8); }
    void write32(PhysicalAddress address, u32 value) override { write(address, value, 4); }
    void write64(PhysicalAddress address, u64 value) override { write(address, value, 8); }

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    friend bool operator==(FlatMemory const& one, FlatMemory const& other) {
        return one.bytes_ == other.bytes_;
    }

private:
    [[nodiscard]] u64 read(PhysicalAddress address, unsigned size) const {
        u64 value = 0;
        for (unsigned place = 0; place < size; ++place) {
            u64 const at = address.value() + place;
            u64 const byte = at < bytes_.size() ? bytes_[at] : 0xff;
            value |= byte << place * 8;
        }
        return value;
    }
    void write(PhysicalAddress address, u64 value, unsigned size) {
        for (unsigned place = 0; place < size; ++place) {
            u64 const at = address.value() + place;
            if (at < bytes_.size()) {
                bytes_[at] = static_cast<u8>(value >> place * 8);
            }
        }
    }

    std::vector<u8> bytes_;
};

} // namespace ringside::mmu
