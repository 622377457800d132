#pragma once
// The commands. Each adds itself to the command line: its options, its help with an example, and
// what it does. What it does returns the exit status; a HostError becomes one line on standard
// error and status 125.
#include "ui/cli/command.hpp"

namespace ringside::cli {

namespace status {
inline constexpr int ok = 0;
inline constexpr int difference = 1;
inline constexpr int budget_spent = 124;
inline constexpr int refused = 125;
inline constexpr int guest_down = 126;
} // namespace status

void add_run(Command& line);
void add_trace(Command& line);
void add_story(Command& line);
void add_strace(Command& line);
void add_maps(Command& line);
void add_explain(Command& line);
void add_samples(Command& line);
void add_vectors(Command& line);
void add_doctor(Command& line);
void add_compare(Command& line);
void add_lab(Command& line);
void add_text(Command& line);
void add_shot(Command& line);
void add_open(Command& line);

// The whole command line; the exit status.
int run_command_line(int argc, char const* const* argv);

} // namespace ringside::cli
