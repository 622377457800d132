#pragma once
// What the events before a moment add up to: the areas and names of processes,
// what was counted and printed. Kept at every few hundred events of a story, so
// that any moment of a long one is as near as one of a short one.
#include "core/view/machine_view.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace ringside::view {

struct StoryState {
    trace::Counters run;                       // from reset
    trace::Counters scene;                     // from the first event of the scene
    std::map<u32, std::vector<VmaView>> areas; // by process, ascending
    std::map<u32, std::string> names;          // of processes
    std::optional<u64> user_end;               // as the last access_ok of a user pointer said
    std::string console;                       // the last lines
    void take(trace::Event const& event);
};

class StoryStates {
public:
    // `events` must outlive this; `scenes` are the indices where one begins,
    // ascending.
    StoryStates(std::vector<trace::Event> const& events, std::vector<u64> scenes);
    // Of all events before `event`.
    [[nodiscard]] StoryState at(u64 event) const;

private:
    void advance(StoryState& state, u64 from, u64 to) const;

    std::vector<trace::Event> const& events_;
    std::vector<u64> scenes_;
    std::vector<StoryState> kept_;
};

} // namespace ringside::view
