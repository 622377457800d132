#pragma once
// The story in sentences: a heading for each scene, below it one line an event, indented by what it
// is part of.
//
//   sys1: write(1, "line 00 of 100"..., 6000) = 6000
//     118 # INT 80h goes through its gate from ring 3 at 23:0x8048130 to ring 0 ...
//     121 #   Supervisor read of 0x804a000 walks ...
//
// `#` is ring 0, `o` ring 3: who ran when it happened. At a call's end stands what its round trip
// cost.
#include "ui/story/told_run.hpp"

#include <iosfwd>

namespace ringside::story {

// The events first..last-1 with the headings of their scenes.
void tell(std::ostream& out, ToldRun const& run, u64 first, u64 last);
void tell(std::ostream& out, ToldRun const& run); // all, with a first and a last line about the run

// A scene's heading: "boot: from reset to the first instruction of ring 3".
[[nodiscard]] std::string heading(ToldRun const& run, trace::Scene const& scene);

} // namespace ringside::story
