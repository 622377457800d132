#pragma once
// Which pages the engine may keep, though it checks neither limits nor types of segments.
//
// The engine touches granted pages only; any other access comes to the machine. So let every
// granted page lie inside each of SS, DS and ES, and every page that may be executed inside CS as
// well. Base + offset meets a linear address for one offset only: an access through one of these
// segments that reaches a granted page is therefore within the segment's limit, and one beyond the
// limit reaches no granted page and is checked by the model, in a step of its own.
//
// A segment of 4 GiB refuses one thing alone: an access that runs over offset 2^32. From base 0 it
// reaches linear 2^32, which the engine tells from 0 and keeps no page of.
//
// Outside of this reasoning are FS, GS and data accesses through CS, where such a segment allows
// less than the pages do, and instructions of which the engine might make one access with an effect
// before another is refused (sensitivity.hpp). They are guarded: the engine stops before each.
#include "core/x86/address.hpp"
#include "seg/segment_register.hpp"

#include <optional>

namespace ringside {

// Linear addresses begin..end - 1, whole pages.
struct PageRange {
    u64 begin = 0;
    u64 end = 0;
    [[nodiscard]] constexpr bool contains(LinearAddress address) const {
        return begin <= address.value() && address.value() < end;
    }
    // An access that begins in this page may reach beyond the range.
    [[nodiscard]] constexpr bool is_last(LinearAddress page) const {
        return page.value() + page_size_4k == end;
    }
    [[nodiscard]] constexpr bool covers(PageRange other) const {
        return other.begin >= other.end || (begin <= other.begin && other.end <= end);
    }
    friend bool operator==(PageRange const&, PageRange const&) = default;
};

inline constexpr PageRange everywhere{0, ~u64{0}};        // of 64-bit code
inline constexpr PageRange first_4_gib{0, u64{1} << 32U}; // all that other code can name
[[nodiscard]] constexpr bool is_whole(PageRange range) {
    return range == everywhere || range == first_4_gib;
}

struct FreePages {
    PageRange data;
    PageRange code; // inside `data`
    friend bool operator==(FreePages const&, FreePages const&) = default;
};

// With the segments as they are; nothing: no page is free, each instruction must be checked.
[[nodiscard]] std::optional<FreePages> free_pages(seg::SegmentState const& segments, u64 rflags);

// Must an access through this segment be checked where these pages are granted?
enum class Guarding : u8 { Never, IfItWraps, Always };
[[nodiscard]] Guarding guarding(seg::SegmentState const& segments, u64 rflags,
                                seg::SegmentName name, bool write, FreePages const& pages);

} // namespace ringside
