#pragma once
// A stop at events of a kind: what `stop KIND` and the key `e` set. The words
// are the trace's own names of kinds, and a few that a student thinks in.
#include "core/trace/event.hpp"
#include "core/x86/result.hpp"

#include <string>
#include <string_view>

namespace ringside::view {

class EventStop {
public:
    // "walk", "gate" ...: a kind of the trace. "fault": an exception, page faults
    // included. "cr3": a write to it. "bad": whatever goes wrong. "syscall
    // write": a call by its name or number. The error is a sentence.
    [[nodiscard]] static Result<EventStop, std::string> parse(std::string_view text);

    [[nodiscard]] std::string const& text() const { return text_; }
    [[nodiscard]] bool holds(trace::Event const& event) const;

private:
    std::string text_; // kind, and a call behind a blank
    std::string kind_;
    std::string call_; // name or number; empty: any
};

} // namespace ringside::view
