#include "core/free_pages.hpp"

#include <algorithm>

namespace ringside {

namespace {

using seg::SegmentName;

constexpr u64 four_gibibytes = u64{1} << 32U;

bool refuses_no_offset(seg::SegmentRegister const& segment) {
    return segment.usable && !segment.descriptor.expand_down() && segment.limit == 0xffffffff;
}

// The whole pages that a segment without expansion downwards holds.
std::optional<PageRange> pages_of(seg::SegmentRegister const& segment) {
    if (!segment.usable || segment.descriptor.expand_down()) {
        return std::nullopt;
    }
    u64 const end = segment.base + segment.limit + 1;
    if (end > four_gibibytes) {
        return std::nullopt; // it wraps around: two ranges
    }
    return PageRange{LinearAddress{segment.base + page_size_4k - 1}.page().value(),
                     LinearAddress{end}.page().value()};
}

bool allows(seg::SegmentRegister const& segment, bool write) {
    return write ? segment.descriptor.writable() : segment.descriptor.readable();
}

PageRange common(PageRange a, PageRange b) {
    return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

} // namespace

std::optional<FreePages> free_pages(seg::SegmentState const& segments, u64 rflags) {
    if (segments.mode(rflags) == seg::Mode::Long64) {
        // Limits and types of data segments are not looked at; canonical addresses are.
        return FreePages{everywhere, everywhere};
    }
    PageRange data = first_4_gib;
    for (SegmentName const name : {SegmentName::SS, SegmentName::DS, SegmentName::ES}) {
        auto const pages = pages_of(segments[name]);
        if (!pages || !allows(segments[name], true)) {
            return std::nullopt;
        }
        data = common(data, *pages);
    }
    auto const code = pages_of(segments[SegmentName::CS]);
    if (!code || data.begin >= data.end) {
        return std::nullopt;
    }
    FreePages const free{data, common(data, *code)};
    return free.code.begin < free.code.end ? std::optional{free} : std::nullopt;
}

Guarding guarding(seg::SegmentState const& segments, u64 rflags, SegmentName name, bool write,
                  FreePages const& pages) {
    if (segments.mode(rflags) == seg::Mode::Long64) {
        return Guarding::Never;
    }
    seg::SegmentRegister const& segment = segments[name];
    if (!allows(segment, write)) {
        return Guarding::Always;
    }
    auto const own = pages_of(segment);
    if (own && own->covers(pages.data)) {
        return Guarding::Never;
    }
    return refuses_no_offset(segment) ? Guarding::IfItWraps : Guarding::Always;
}

} // namespace ringside
