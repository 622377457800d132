// The address spaces of a moment: the areas that the kernel told of, and what the tables map.
#include "core/view/view_maker.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::view {

namespace {

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

void ViewMaker::add_areas(MachineView& view, StoryState& state) const {
    auto const& events = subject_.session->events();
    u32 pid = view.event < events.size() ? events[view.event].pid
              : events.empty()           ? 0
                                         : events.back().pid;
    if (pid == 0 && state.areas.size() == 1) {
        pid = state.areas.begin()->first; // the kernel builds its first process before it runs
    }
    view.process = pid == 0 ? "none" : fmt::format("pid {} {}", pid, state.names[pid]);
    view.vmas = std::move(state.areas[pid]);
}

AddressSpaceView ViewMaker::space(MachineView const& view, u64 cr3) const {
    AddressSpaceView space;
    space.cr3 = cr3;
    space.letter = letter(cr3);
    space.current = cr3 == view.cpu.cr3;
    space.user_runs = user_spaces_.contains(cr3);
    mmu::PagingContext context = view.cpu.paging_context();
    if (cr3 != context.cr3) {
        context.cr3 = cr3;
        if (context.mode == mmu::PagingMode::PAE) { // as MOV to CR3 would load them
            context.pdptes = mmu::load_pdptes(subject_.session->physical(), context).pdptes;
        }
    }
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
    bool const user = user_spaces_.contains(view.cpu.cr3);
    auto run = std::lower_bound(space_runs_.begin(), space_runs_.end(), view.event,
                                [](SpaceRun const& each, u64 event) { return each.last < event; });
    run = run == space_runs_.end() ? run : run + 1; // the one that this event is in counts, too
    while (run != space_runs_.begin()) {
        --run;
        u64 const first = run == space_runs_.begin() ? 0 : (run - 1)->last + 1;
        bool const begun = first < view.event;
        if (!begun || run->cr3 == view.cpu.cr3 || run->cr3 == 0 ||
            user_spaces_.contains(run->cr3) == user) {
            continue;
        }
        if (!run->boot) { // the tables of the boot are no second half of a split
            view.spaces.push_back(space(view, run->cr3));
        }
        break;
    }
    std::stable_sort(view.spaces.begin(), view.spaces.end(),
                     [](AddressSpaceView const& a, AddressSpaceView const& b) {
                         return a.user_runs && !b.user_runs;
                     });
}

} // namespace ringside::view
