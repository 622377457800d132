#pragma once
// What the address-space panel draws of one space: the kernel's areas, and the pages that no area
// promises, in ascending order and without overlap.
#include "ui/sheets/panels.hpp"

#include <vector>

namespace ringside::sheets {

struct Stretch {
    u64 start = 0;
    u64 end = 0; // exclusive
    view::VmaView const* area = nullptr;
    bool user = false;
    bool writable = false;
    u64 physical = 0;
    u64 mapped = 0; // bytes, where tables decide
    u64 pieces = 1; // so many stretches with small gaps between, drawn as one
};

// `gathered`: small kernel stretches that stand close together (4G/4G's window) become one.
[[nodiscard]] std::vector<Stretch> stretches_of(View const& view,
                                                view::AddressSpaceView const& space, bool gathered);

[[nodiscard]] inline u64 end_of(mmu::MappedRange const& range) {
    return range.start.value() + range.size;
}

} // namespace ringside::sheets
