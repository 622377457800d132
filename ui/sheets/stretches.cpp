#include "ui/sheets/stretches.hpp"

#include <algorithm>
#include <utility>

namespace ringside::sheets {

namespace {

using mmu::MappedRange;

constexpr u64 nearby = 256 * 1024;

// Adjacent, of equal rights, and going on in physical memory: one stretch for the eye, though
// accessed and dirty bits may differ in it.
bool joins(Stretch const& stretch, MappedRange const& range) {
    return stretch.area == nullptr && stretch.end == range.start.value() &&
           stretch.user == range.user && stretch.writable == range.writable &&
           stretch.physical + (stretch.end - stretch.start) == range.physical.value();
}

void add(std::vector<Stretch>& stretches, MappedRange const& range) {
    if (!stretches.empty() && joins(stretches.back(), range)) {
        stretches.back().end = end_of(range);
        stretches.back().mapped += range.size;
    } else {
        stretches.push_back({range.start.value(), end_of(range), nullptr, range.user,
                             range.writable, range.physical.value(), range.size, 1});
    }
}

// The parts of a range that lie in no area. An area shows its own pages.
void add_unpromised(std::vector<Stretch>& stretches, std::vector<Stretch> const& areas,
                    MappedRange range) {
    for (Stretch const& area : areas) { // ascending
        if (area.end <= range.start.value() || area.start >= range.start.value() + range.size) {
            continue;
        }
        if (area.start > range.start.value()) {
            MappedRange below = range;
            below.size = area.start - range.start.value();
            add(stretches, below);
        }
        u64 const done = std::min(area.end - range.start.value(), range.size);
        range.start = LinearAddress{range.start.value() + done};
        range.physical = PhysicalAddress{range.physical.value() + done};
        range.size -= done;
    }
    if (range.size != 0) {
        add(stretches, range);
    }
}

std::vector<Stretch> gather(std::vector<Stretch> const& stretches) {
    std::vector<Stretch> gathered;
    for (Stretch const& stretch : stretches) {
        bool const close = !gathered.empty() && !gathered.back().user && !stretch.user &&
                           stretch.start - gathered.back().end < nearby;
        if (!close) {
            gathered.push_back(stretch);
            continue;
        }
        gathered.back().end = stretch.end;
        gathered.back().mapped += stretch.mapped;
        gathered.back().pieces += stretch.pieces;
        gathered.back().writable = gathered.back().writable || stretch.writable;
    }
    return gathered;
}

} // namespace

std::vector<Stretch> stretches_of(View const& view, view::AddressSpaceView const& space,
                                  bool gathered) {
    std::vector<Stretch> areas;
    if (space.user_runs) {
        for (auto const& area : view.vmas) {
            areas.push_back({area.start, area.end, &area, true, false, 0, 0, 1});
        }
    }
    std::vector<Stretch> stretches = areas;
    for (MappedRange const& range : space.ranges) {
        add_unpromised(stretches, areas, range);
    }
    std::ranges::sort(stretches, {}, &Stretch::start);
    return gathered ? gather(stretches) : stretches;
}

} // namespace ringside::sheets
