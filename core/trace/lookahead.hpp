#pragma once
// What an event will turn out to be part of. A gate's walks come before the gate, a copy is told
// when it ends, a return begins before its IRET: these are found before the outline is drawn.
#include "core/trace/event.hpp"

#include <string>
#include <vector>

namespace ringside::trace {

inline constexpr u64 no_event = ~u64{0};

// One user copy: events first..last, `last` being the Copy event.
struct CopySpan {
    u64 first = 0;
    u64 last = 0;
    u64 user = 0;
    u64 n = 0;
    bool software =
        false; // the kernel looks pages up itself: hardware walks in it are the kernel's own
    // Which page of the user's buffer (from 1) holds a linear address; 0: none of them.
    [[nodiscard]] u64 page_of(u64 lin) const;
};

struct Lookahead {
    // By the event that begins a delivery: its gate (or SYSCALL); no_event elsewhere.
    std::vector<u64> delivery;
    // By the event that begins the way back to ring 3: the return; no_event elsewhere.
    std::vector<u64> way_out;
    // By event: the innermost user copy that begins here; no_event elsewhere. Indices in `copies`.
    std::vector<u64> copy_begin;
    std::vector<CopySpan> copies;
};

[[nodiscard]] Lookahead look_ahead(std::vector<Event> const& events);

// Does control enter the kernel here by the program's wish: INT 80h from ring 3, or SYSCALL?
[[nodiscard]] bool is_call_entry(Event const& event);
// Does the event bring the CPU back to ring 3?
[[nodiscard]] bool is_user_return(Event const& event);
// The Syscall event that an entry leads to; no_event when the story ends before it or something
// else comes first.
[[nodiscard]] u64 call_of_entry(std::vector<Event> const& events, u64 entry);

} // namespace ringside::trace
