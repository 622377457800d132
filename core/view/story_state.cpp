#include "core/view/story_state.hpp"

#include "kernel_stub/abi/tracepoints.h"

#include <algorithm>

namespace ringside::view {

namespace {

constexpr u64 distance = 256;              // events between two kept states
constexpr std::size_t console_kept = 4096; // bytes

// Keeps a process's list as kernel_stub/abi/tracepoints.h says: whatever lies
// in start..end is now this area; unmap means that nothing is there any more.
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

// The end of a long text, from the beginning of a line on.
void keep_last_lines(std::string& text) {
    if (text.size() <= 2 * console_kept) {
        return;
    }
    std::size_t const line = text.find('\n', text.size() - console_kept);
    text.erase(0, line == std::string::npos ? text.size() - console_kept : line + 1);
}

} // namespace

void StoryState::take(trace::Event const& event) {
    trace::count(run, event);
    trace::count(scene, event);
    if (auto const* vma = std::get_if<trace::Vma>(&event.body)) {
        apply(areas[vma->pid], *vma);
    } else if (auto const* process = std::get_if<trace::Process>(&event.body)) {
        names[process->pid] = process->name;
        if (process->gone) {
            areas.erase(process->pid);
        }
    } else if (auto const* check = std::get_if<trace::AccessOk>(&event.body)) {
        bool const is_the_users = check->limit != 0 && check->limit != 0xffffffff;
        user_end = is_the_users ? std::optional{u64{check->limit}} : user_end;
    } else if (auto const* text = std::get_if<trace::Text>(&event.body);
               text != nullptr && text->kind == trace::TextKind::Console) {
        console += text->text;
        keep_last_lines(console);
    }
}

StoryStates::StoryStates(std::vector<trace::Event> const& events, std::vector<u64> scenes)
    : events_{events}
    , scenes_{std::move(scenes)} {
    StoryState state;
    kept_.push_back(state);
    for (u64 at = distance; at <= events.size(); at += distance) {
        advance(state, at - distance, at);
        kept_.push_back(state);
    }
}

void StoryStates::advance(StoryState& state, u64 from, u64 to) const {
    auto next = std::upper_bound(scenes_.begin(), scenes_.end(), from);
    for (u64 index = from; index < to; ++index) {
        state.take(events_[index]);
        if (next != scenes_.end() && *next == index + 1) {
            state.scene = {};
            ++next;
        }
    }
}

StoryState StoryStates::at(u64 event) const {
    u64 const wanted = std::min<u64>(event, events_.size());
    StoryState state = kept_[wanted / distance];
    advance(state, wanted / distance * distance, wanted);
    return state;
}

} // namespace ringside::view
