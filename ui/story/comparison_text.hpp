#pragma once
// The comparison in words: what the user saw, what each run cost, each system call that cost
// differently, and the two stories in one.
//
//   sys1: write(1, "line 00 of 100"..., 6000) = 6000
//       118      130 =  # INT 80h goes through its gate ...
//       121        . <  #   Supervisor read of 0x8051000: ... page fault, error code 0.
//         .      133  > #   Software look-up of 0x8051000 ...
//       140      150 ~  # access_ok(0x8050f00, 6000) against {0xc0000000|0xff000000}: ok.
//
// `=` in both and alike, `~` in both with {left|right} where they differ, `<` only left, `>` only
// right.
#include "ui/story/comparison.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace ringside::story {

enum class Detail : bool {
    Folded, // long stretches of the same are one line; of the boot only counts are told
    All,    // every event
};

// What a line is about.
enum class LineKind : u8 {
    Words,     // the results, the costs, the calls
    Heading,   // of a scene
    Alike,     // an event of both runs
    Different, // an event of both, not the same in them
    Left,      // the left run's alone
    Right,     // the right run's alone
    Folded,    // what was left out
};
struct ToldLine {
    LineKind kind = LineKind::Words;
    std::string text;
};
[[nodiscard]] std::vector<ToldLine> told_lines(Comparison const& comparison, Detail detail);
void tell(std::ostream& out, Comparison const& comparison, Detail detail);

} // namespace ringside::story
