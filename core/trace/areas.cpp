#include "core/trace/areas.hpp"

#include "core/trace/as.hpp"
#include "kernel_stub/abi/tracepoints.h"

#include <algorithm>

namespace ringside::trace {

namespace {

// Takes [start, end) out: what sticks out on either side stays.
void cut_out(std::vector<Vma>& areas, u64 start, u64 end) {
    std::vector<Vma> kept;
    for (Vma const& area : areas) {
        if (area.start < start) {
            kept.push_back(area);
            kept.back().end = std::min(area.end, start);
        }
        if (area.end > end) {
            kept.push_back(area);
            kept.back().start = std::max(area.start, end);
            if (!area.file.empty()) {
                kept.back().pgoff += (kept.back().start - area.start) >> 12U;
            }
        }
    }
    areas = std::move(kept);
}

} // namespace

std::vector<Vma> areas_at(std::vector<Event> const& events, u64 end, u32 pid) {
    std::vector<Vma> areas;
    for (u64 i = 0; i < std::min<u64>(end, events.size()); ++i) {
        auto const* process = as<Process>(events[i]);
        if (process != nullptr && process->gone && process->pid == pid) {
            areas.clear();
        }
        auto const* vma = as<Vma>(events[i]);
        if (vma == nullptr || vma->pid != pid || vma->start >= vma->end) {
            continue;
        }
        cut_out(areas, vma->start, vma->end);
        if (vma->op != TP_VMA_UNMAP) {
            areas.push_back(*vma);
        }
    }
    std::ranges::sort(areas, {}, &Vma::start);
    return areas;
}

} // namespace ringside::trace
