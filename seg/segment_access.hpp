#pragma once
// One access through a segment: usable, type, limit (expand-down included), canonical in 64-bit
// mode; then base + offset (SDM volume 3, section 6.3 and 6.4: limit and type checking).
#include "seg/records.hpp"

namespace ringside::seg {

enum class SegmentAccessType : u8 { Read, Write, Fetch };

struct SegmentAccess {
    SegmentName name = SegmentName::DS;
    u64 offset = 0;
    u32 size = 0;
    SegmentAccessType type = SegmentAccessType::Read;
    CheckList checks{};
    Result<LinearAddress, Fault> outcome = LinearAddress{}; // of the first byte
};

// Are all `size` bytes from `offset` within the segment's limit? Expand-down segments hold the
// offsets above it, up to 64 KiB or 4 GiB by B. An access that wraps around 4 GiB never is.
[[nodiscard]] bool within_limit(SegmentRegister const& segment, u64 offset, u32 size);

[[nodiscard]] SegmentAccess access(SegmentState const& state, u64 rflags, SegmentName name,
                                   u64 offset, u32 size, SegmentAccessType type);

} // namespace ringside::seg
