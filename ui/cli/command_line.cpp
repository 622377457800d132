#include "core/host_error.hpp"
#include "ui/cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

namespace ringside::cli {

namespace {

constexpr std::array adders{add_open,    add_run,     add_trace,   add_story, add_text,
                            add_shot,    add_explain, add_strace,  add_maps,  add_lab,
                            add_compare, add_vectors, add_samples, add_doctor};

constexpr char const* about =
    "Ringside: an x86 teaching emulator. A real guest kernel and its programs run on a page walker "
    "and a segmentation\n"
    "model that you can read; every step can be watched, forwards and backwards.\n\n"
    "  ringside                      the window on the tour\n"
    "  ringside run hello            a program, to its end\n"
    "  ringside story pages          what happened, in sentences\n";

constexpr char const* footer = "WHEN: 41 (event), 41.3 (its micro-step), insn:4811, "
                               "key:sys1/write/copy/p2, 50% (of events), start, end.\n"
                               "Exit status: `run` gives the program's (0-123, 128+n by signal n; "
                               "over 123 it is 123); 124 the instruction budget\n"
                               "ran out; 125 Ringside refuses (usage, file, host); 126 the guest "
                               "machine shut down or its kernel panicked.";

// `ringside`, `ringside PROGRAM` and `ringside --split 4g4g PROGRAM` open the window.
std::vector<std::string> with_command(CLI::App const& app, int argc, char const* const* argv) {
    std::vector<std::string> words{argv + std::min(argc, 1), argv + argc};
    static constexpr std::array own{"-h", "--help", "--help-all", "--version"};
    bool const is_own = !words.empty() && std::ranges::find(own, words.front()) != own.end();
    auto const commands = app.get_subcommands([](auto const*) { return true; });
    bool const named =
        !words.empty() && std::ranges::any_of(commands, [&](CLI::App const* command) {
            return command->get_name() == words.front();
        });
    if (!is_own && !named) {
        words.insert(words.begin(), "open");
    }
    return words;
}

// One line, whatever the library says.
std::string one_line(std::string text) {
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    std::ranges::replace(text, '\n', ' ');
    return text;
}

int refuse(std::string const& why) {
    std::cout.flush();
    std::cerr << "ringside: " << one_line(why) << '\n';
    return status::refused;
}

// What is missing matters less than what is not understood.
std::string usage_error(CLI::ParseError const& error, CLI::App const* command) {
    bool const missing = error.get_name() == "RequiredError";
    for (std::string const& word :
         command != nullptr && missing ? command->remaining() : std::vector<std::string>{}) {
        if (word.starts_with('-')) {
            return "unknown option " + word;
        }
    }
    return one_line(error.what());
}

int parse_and_act(int argc, char const* const* argv) {
    CLI::App app{about, "ringside"};
    app.footer(footer);
    app.set_version_flag("--version", "ringside " RINGSIDE_VERSION);
    app.set_help_all_flag("--help-all", "all commands with their options");
    app.require_subcommand(0, 1);
    app.get_formatter()->column_width(34);
    Action chosen;
    Command line{app, chosen};
    for (auto* const add : adders) {
        add(line);
    }
    try {
        auto words = with_command(app, argc, argv);
        std::ranges::reverse(words); // as the library wants them
        app.parse(words);
    } catch (CLI::Success const& help) {
        return app.exit(help);
    } catch (CLI::ParseError const& error) {
        auto const used = app.get_subcommands();
        CLI::App const* const command = used.empty() ? nullptr : used.front();
        std::string const name = command == nullptr ? "" : " " + command->get_name();
        return refuse(usage_error(error, command) + "; see `ringside" + name + " --help`");
    }
    return chosen ? chosen() : refuse("no command; see `ringside --help`");
}

} // namespace

int run_command_line(int argc, char const* const* argv) {
    try {
        return parse_and_act(argc, argv);
    } catch (HostError const& error) {
        return refuse(error.what());
    } catch (std::bad_alloc const&) {
        return refuse("the host has no memory left; close something or choose a smaller --ram");
    } catch (std::exception const& error) {
        return refuse(std::string{"unexpected: "} + error.what());
    }
}

} // namespace ringside::cli
