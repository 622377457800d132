#pragma once
// What is known about basic blocks, by address and size: looked up once for each block that runs,
// so the table is direct-mapped and its common answer is one comparison.
#include "core/x86/integers.hpp"

#include <array>
#include <memory>

namespace ringside::unicorn {

struct Block {
    u64 key = 0; // `key_of` address and size; 0: free
    u16 instructions = 0;
    u16 size = 0;
    u16 last_offset = 0; // of the last instruction
    bool ends_in_rep = false;
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
    void clear() { slots_->fill({}); }

private:
    static constexpr std::size_t slots = 4096;
    std::unique_ptr<std::array<Block, slots>> slots_ = std::make_unique<std::array<Block, slots>>();
};

} // namespace ringside::unicorn
