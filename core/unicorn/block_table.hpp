#pragma once
// What is known about basic blocks, by address and size: looked up once for each block that runs,
// so the table is direct-mapped and its common answer is one comparison.
#include "core/decoder/block_scan.hpp"

#include <array>
#include <bit>
#include <memory>
#include <utility>

namespace ringside::unicorn {

struct Block {
    u64 key = 0;    // `key_of` address and size; 0: free
    u64 starts = 0; // bit N: an instruction begins at offset N; of the first 64 offsets
    u16 instructions = 0;
    u16 size = 0;
    u16 last_offset = 0; // of the last instruction
    bool ends_in_rep = false;

    // How many instructions begin before this offset.
    static constexpr u32 known_offsets = 64;
    [[nodiscard]] u32 count_before(u32 offset) const {
        return static_cast<u32>(std::popcount(starts & ((u64{1} << offset) - 1)));
    }
};

// An instruction with a hook at its address.
struct Hooked {
    u64 address = ~u64{0}; // linear
    Instruction instruction{};
};

class BlockTable {
public:
    // Blocks that need a closer look at every turn (they end in a repeated instruction, or reach
    // into a second page) are kept under this bit, so that the plain comparison misses them.
    static constexpr u64 special = u64{1} << 15U;

    [[nodiscard]] static u64 key_of(u64 address, u32 size) { return address << 16U | size; }
    [[nodiscard]] Block& slot(u64 address) {
        return (*slots_)[(address ^ address >> 12U) & (slots - 1)];
    }
    [[nodiscard]] Hooked& hooked(u64 address) {
        return (*hooked_)[(address ^ address >> 8U) & (hooked_slots - 1)];
    }
    void note_use() { is_used_ = true; }
    void clear() {
        if (std::exchange(is_used_, false)) {
            slots_->fill({});
            hooked_->fill({});
        }
    }
    // These have hooks too from now on; what was scanned before must be scanned again.
    void guard(GuardedKinds kinds) {
        if (!guarded_.covers(kinds)) {
            guarded_.add(kinds);
            clear();
        }
    }
    [[nodiscard]] GuardedKinds guarded() const { return guarded_; }

private:
    static constexpr std::size_t slots = 4096;
    static constexpr std::size_t hooked_slots = 256;
    bool is_used_ = false;
    GuardedKinds guarded_;
    std::unique_ptr<std::array<Hooked, hooked_slots>> hooked_ =
        std::make_unique<std::array<Hooked, hooked_slots>>();
    std::unique_ptr<std::array<Block, slots>> slots_ = std::make_unique<std::array<Block, slots>>();
};

} // namespace ringside::unicorn
