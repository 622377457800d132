#pragma once
// What the engine asks of a basic block it has not seen: how many instructions, which of them need
// a hook.
#include "core/decoder/instruction.hpp"

#include <span>
#include <vector>

namespace ringside {

struct BlockScan {
    u32 instructions = 0; // begun within the bytes; an undefined last one counts
    u64 starts = 0;       // bit N: one begins at offset N; of the first 64 offsets
    u32 last_offset = 0;  // of the last of them
    bool ends_in_rep =
        false; // the last one is a repeated string instruction: the core re-enters it per element
    bool complete = false;           // every one was decoded, and the last ends where the bytes end
    std::vector<u32> leak_offsets{}; // of what needs a hook (sensitivity.hpp)
};

// What may have to be guarded, besides what leaks. Each hook costs all others time, so that none is
// set before a segment makes it necessary.
struct GuardedKinds {
    bool calls = false;     // near CALLs: code has a limit
    bool overrides = false; // what reaches memory through CS, FS or GS
    bool several = false;   // what makes several accesses
    [[nodiscard]] constexpr bool covers(GuardedKinds other) const {
        return (calls || !other.calls) && (overrides || !other.overrides) &&
               (several || !other.several);
    }
    constexpr void add(GuardedKinds other) {
        calls = calls || other.calls;
        overrides = overrides || other.overrides;
        several = several || other.several;
    }
};

// Scans to the end of `bytes`, or to the first instruction that is not complete.
[[nodiscard]] BlockScan scan_block(std::span<u8 const> bytes, CodeSize size,
                                   GuardedKinds guarded = {});

// How many instructions begin before `offset`.
[[nodiscard]] u32 count_until(std::span<u8 const> bytes, CodeSize size, u32 offset);

} // namespace ringside
