#pragma once
// An event in words: sentences made only of what the event records. What they mean for the story is
// the story's business.
#include "core/trace/event.hpp"

#include <string>

namespace ringside::trace {

// One sentence, with its full stop: "Supervisor read of 0x8051000: pd 0x103067, pt 0x0: the pt
// entry is not present, so #PF with error code 0."
[[nodiscard]] std::string sentence_of(Event const& event);

// For a time line: "WALK", "COPY 6000", "#PF".
[[nodiscard]] std::string word_of(Event const& event);

// Is it a fault, a refusal or a failure?
[[nodiscard]] bool is_bad(Event const& event);

// "#GP(0x10)", "#PF, error code 7", "#UD": an exception, with its error code where it has one;
// "vector 32" for an interrupt.
[[nodiscard]] std::string exception_text(u8 vector, u32 error_code);

} // namespace ringside::trace
