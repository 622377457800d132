#pragma once
// Moments by name: `41` event, `41.3` its micro-step, `insn:4811`, `key:sys1/write/copy/p2`, `50%`
// of events, `start`, `end`. A moment is the state just before its event commits; `end` is after
// the last event.
#include "core/trace/outline.hpp"
#include "core/x86/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ringside::trace {

struct When {
    enum class Kind : u8 { Event, Insn, Key, Percent, Start, End };
    Kind kind = Kind::Start;
    u64 number = 0; // Event, Insn; Percent: thousandths of a percent
    u32 micro = 0;  // Event
    std::string key;
    friend bool operator==(When const&, When const&) = default;
};

// The error is a sentence that says what a moment may be.
[[nodiscard]] Result<When, std::string> parse_when(std::string_view text);

// Where a story has it.
struct StoryPoint {
    u64 event = 0; // about to commit; the number of events: the end
    u32 micro = 0;
    // The state when so many instructions have retired, not the event's own moment.
    std::optional<u64> insn = std::nullopt;
    friend bool operator==(StoryPoint const&, StoryPoint const&) = default;
};

// `insns`: retired in the whole run. The error is a sentence: beyond the end, or no such key.
[[nodiscard]] Result<StoryPoint, std::string>
find_moment(When const& when, std::vector<Event> const& events, Outline const& outline, u64 insns);

} // namespace ringside::trace
