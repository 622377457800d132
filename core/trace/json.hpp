#pragma once
// The trace: one JSON object a line. Numbers are `i vec err nr cpl cr slot n ret pid insn count
// line left` and the error code `pf`; everything else numeric is a lower-case hex string without
// leading zeros. Every line has, in this order, `i key kind insn cpl cs ip cr3 pid`; then the
// kind's own fields.
#include "core/trace/event.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace ringside::trace {

// Without the newline. The same event gives the same bytes. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_line(std::size_t index, std::string_view key, Event const& event);

} // namespace ringside::trace
