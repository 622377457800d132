// The address spaces of a moment: the areas that the kernel told of, and what the tables map.
#include "core/view/view_maker.hpp"
#include "kernel_stub/abi/tracepoints.h"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::view {

namespace {

// Keeps a process's list as kernel_stub/abi/tracepoints.h says: whatever lies in start..end is now
// this area; unmap means that nothing is there any more.
void apply(std::vector<VmaView>& areas, trace::Vma const& vma) {
    std::vector<VmaView> kept;
    for (VmaView const& area : areas) {
        if (area.end <= vma.start || area.start >= vma.end) {
            kept.push_back(area);
            continue;
        }
        if (area.start < vma.start) {
            kept.push_back(area);
            kept.back().end = vma.start;
        }
        if (area.end > vma.end) {
            kept.push_back(area);
            kept.back().start = vma.end;
        }
    }
    if (vma.op != TP_VMA_UNMAP) {
        kept.push_back({vma.start, vma.end, vma.prot, vma.flags, vma.file});
    }
    std::sort(kept.begin(), kept.end(),
              [](VmaView const& a, VmaView const& b) { return a.start < b.start; });
    areas = std::move(kept);
}

std::string space_words(std::vector<mmu::MappedRange> const& ranges) {
    u64 user = 0;
    u64 kernel = 0;
    for (mmu::MappedRange const& range : ranges) {
        (range.user ? user : kernel) += range.size;
    }
    auto kib = [](u64 bytes) {
        return bytes >= u64{4} << 20U ? fmt::format("{} MiB", (bytes + (1U << 19U)) >> 20U)
                                      : fmt::format("{} KiB", bytes >> 10U);
    };
    return fmt::format("user {}, kernel {}", kib(user), kib(kernel));
}

} // namespace

void ViewMaker::add_areas(MachineView& view) const {
    auto const& events = subject_.session->events();
    u32 pid = view.event < events.size() ? events[view.event].pid
              : events.empty()           ? 0
                                         : events.back().pid;
    std::map<u32, std::vector<VmaView>> areas;
    std::map<u32, std::string> names;
    for (u64 index = 0; index < view.event; ++index) {
        if (auto const* vma = std::get_if<trace::Vma>(&events[index].body)) {
            apply(areas[vma->pid], *vma);
        } else if (auto const* process = std::get_if<trace::Process>(&events[index].body)) {
            names[process->pid] = process->name;
            if (process->gone) {
                areas.erase(process->pid);
            }
        } else if (auto const* check = std::get_if<trace::AccessOk>(&events[index].body)) {
            view.user_end = check->limit;
        }
    }
    if (pid == 0 && areas.size() == 1) {
        pid = areas.begin()->first; // the kernel builds its first process before it runs
    }
    view.process = pid == 0 ? "none" : fmt::format("pid {} {}", pid, names[pid]);
    view.vmas = areas[pid];
}

AddressSpaceView ViewMaker::space(MachineView const& view, u64 cr3) const {
    AddressSpaceView space;
    space.cr3 = cr3;
    space.letter = letter(cr3);
    space.current = cr3 == view.cpu.cr3;
    space.user_runs = user_spaces_.contains(cr3);
    mmu::PagingContext context = view.cpu.paging_context();
    context.cr3 = cr3;
    space.ranges = mmu::list_mappings(subject_.session->physical(), context);
    space.name = space_words(space.ranges);
    return space;
}

// The one in force and, where the story switches, the one in force before: user first.
void ViewMaker::add_spaces(MachineView& view) const {
    if ((view.cpu.cr0 & cr0::PG) == 0) {
        return;
    }
    view.spaces.push_back(space(view, view.cpu.cr3));
    auto const& events = subject_.session->events();
    for (u64 index = std::min<u64>(view.event, events.size()); index-- > 0;) {
        u64 const other = events[index].cr3;
        bool const paged = user_spaces_.contains(other) || user_spaces_.contains(view.cpu.cr3);
        if (other != view.cpu.cr3 && other != 0 && paged &&
            user_spaces_.contains(other) != user_spaces_.contains(view.cpu.cr3)) {
            bool const boot =
                outline_.scenes[outline_.scene_of[index]].kind == trace::SceneKind::Boot;
            if (boot) {
                return; // the tables of the boot are no second half of a split
            }
            view.spaces.push_back(space(view, other));
            break;
        }
    }
    std::stable_sort(view.spaces.begin(), view.spaces.end(),
                     [](AddressSpaceView const& a, AddressSpaceView const& b) {
                         return a.user_runs && !b.user_runs;
                     });
}

} // namespace ringside::view
