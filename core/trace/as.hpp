#pragma once
// An event's body as one of its alternatives; null when it is another.
#include "core/trace/event.hpp"

namespace ringside::trace {

template <class Alternative>
[[nodiscard]] Alternative const* as(Event const& event) {
    return std::get_if<Alternative>(&event.body);
}

} // namespace ringside::trace
