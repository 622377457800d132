#pragma once
// The commands. Each adds itself to the command line: its options, its help with an example, and
// what it does. What it does returns the exit status; a HostError becomes one line on standard
// error and status 125.
#include <CLI/CLI.hpp>
#include <functional>

namespace ringside::cli {

namespace status {
inline constexpr int ok = 0;
inline constexpr int difference = 1;
inline constexpr int budget_spent = 124;
inline constexpr int refused = 125;
inline constexpr int guest_down = 126;
} // namespace status

// Chosen by the parser, called after it.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& chosen);
void add_trace(CLI::App& app, Action& chosen);
void add_story(CLI::App& app, Action& chosen);
void add_strace(CLI::App& app, Action& chosen);
void add_maps(CLI::App& app, Action& chosen);
void add_explain(CLI::App& app, Action& chosen);
void add_samples(CLI::App& app, Action& chosen);
void add_vectors(CLI::App& app, Action& chosen);
void add_doctor(CLI::App& app, Action& chosen);
void add_compare(CLI::App& app, Action& chosen);
void add_lab(CLI::App& app, Action& chosen);
void add_text(CLI::App& app, Action& chosen);
void add_shot(CLI::App& app, Action& chosen);
void add_open(CLI::App& app, Action& chosen);

// The whole command line; the exit status.
int run_command_line(int argc, char const* const* argv);

} // namespace ringside::cli
