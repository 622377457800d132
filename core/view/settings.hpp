#pragma once
// What the student has set in a run: where to stop, what to watch, which
// moments to remember.
#include "core/view/event_stop.hpp"
#include "core/view/watch.hpp"

#include <map>
#include <set>
#include <vector>

namespace ringside::view {

struct Settings {
    std::set<u64> breakpoints; // linear addresses of instructions
    std::vector<EventStop> stops;
    std::vector<Watch> watches;
    std::map<char, Moment> marks; // by letter
};

} // namespace ringside::view
