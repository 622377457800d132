#pragma once
// A command and its options, as the commands write them down. The library that parses the line
// stays in command.cpp: its header takes longer to compile than a command does.
#include "core/x86/integers.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace ringside::cli {

// What a command does; the exit status. Chosen by the parser, called after it.
using Action = std::function<int()>;

class Option {
public:
    explicit Option(CLI::Option& option)
        : option_{&option} {}

    Option& required(bool is_required = true);
    // Its help tells the value that the variable has now.
    Option& tells_default();
    Option& group(std::string const& name);
    Option& type_name(std::string const& name);
    Option& needs(std::string const& other);
    Option& excludes(std::string const& other);
    // A list is written in one word, with commas.
    Option& with_commas();
    Option& one_of(std::vector<std::string> words);
    Option& between(int lowest, int highest);
    // `problem` says what is wrong with a text, or nothing.
    Option& check(std::function<std::string(std::string const&)> problem);

private:
    CLI::Option* option_;
};

class Command {
public:
    // `chosen` gets the action of the command that the line names.
    Command(CLI::App& app, Action& chosen)
        : app_{&app}
        , chosen_{&chosen} {}

    [[nodiscard]] Command add_command(std::string const& name, std::string const& help);
    void needs_a_command();
    // `variable` must live as long as the parser.
    Option add_option(std::string const& names, std::string& variable, std::string const& help);
    Option add_option(std::string const& names, std::optional<std::string>& variable,
                      std::string const& help);
    Option add_option(std::string const& names, std::vector<std::string>& variable,
                      std::string const& help);
    Option add_option(std::string const& names, int& variable, std::string const& help);
    Option add_option(std::string const& names, unsigned& variable, std::string const& help);
    Option add_option(std::string const& names, u64& variable, std::string const& help);
    Option add_option(std::string const& names, float& variable, std::string const& help);
    Option add_flag(std::string const& names, bool& variable, std::string const& help);
    void remove_option(std::string const& name);
    void footer(std::string const& text);
    void action(Action act);

private:
    CLI::App* app_;
    Action* chosen_;
};

// Parses words that are no command line but have its options. Throws HostError with the parser's
// own sentence.
void parse_words(std::vector<std::string> words, std::function<void(Command&)> const& add_options);

} // namespace ringside::cli
