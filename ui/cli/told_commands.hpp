#pragma once
// What the commands that print a stretch of the story share.
#include "ui/cli/recording.hpp"

#include <string>
#include <utility>

namespace ringside::cli {

// The events between two moments: first, and one behind the last.
[[nodiscard]] std::pair<u64, u64> stretch(Recording const& recording, std::string const& from,
                                          std::string const& to);

// Status 124 and a line on standard error when the story is cut short by the instruction budget;
// else 0.
[[nodiscard]] int report_budget(RunEnd const& end);

} // namespace ringside::cli
