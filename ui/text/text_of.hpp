#pragma once
// The panels as plain text: what the window shows, for terminals, screen readers, golden tests and
// graders. No colour, no control characters; UTF-8 only where the guest's own text has it.
#include "core/view/cockpit.hpp"
#include "ui/sheets/sheet.hpp"

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

namespace ringside::text {

// One sheet: a title line, then its rows.
[[nodiscard]] std::string paint(sheets::Sheet const& sheet);

// The panel of this name (ui/sheets/panels.hpp), or with "" all of them in reading order, with the
// title and the narration first. Throws HostError naming the panels there are.
[[nodiscard]] std::string text_of(view::Cockpit& cockpit, std::string_view panel,
                                  std::size_t width = 100);
[[nodiscard]] std::string text_of(view::MachineView const& now, view::MachineView const& before,
                                  std::string_view panel, std::size_t width = 100);

// Reads commands, one a line, and answers each as the window's `:` line does; after a move the
// narration is said, `show [PANEL]` prints panels. A line that is not understood is answered by one
// line and the reading goes on. Returns at the end of the input or at `quit`.
void read_commands(view::Cockpit& cockpit, std::istream& in, std::ostream& out,
                   std::size_t width = 100);

} // namespace ringside::text
