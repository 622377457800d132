#include "ui/cli/command.hpp"

#include "core/host_error.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

namespace ringside::cli {

Option& Option::required(bool is_required) {
    option_->required(is_required);
    return *this;
}

Option& Option::tells_default() {
    option_->capture_default_str();
    return *this;
}

Option& Option::group(std::string const& name) {
    option_->group(name);
    return *this;
}

Option& Option::type_name(std::string const& name) {
    option_->type_name(name);
    return *this;
}

Option& Option::needs(std::string const& other) {
    option_->needs(other);
    return *this;
}

Option& Option::excludes(std::string const& other) {
    option_->excludes(other);
    return *this;
}

Option& Option::with_commas() {
    option_->delimiter(',');
    return *this;
}

Option& Option::one_of(std::vector<std::string> words) {
    option_->check(CLI::IsMember(std::move(words)));
    return *this;
}

Option& Option::between(int lowest, int highest) {
    option_->check(CLI::Range(lowest, highest));
    return *this;
}

Option& Option::check(std::function<std::string(std::string const&)> problem) {
    option_->check(std::move(problem));
    return *this;
}

Command Command::add_command(std::string const& name, std::string const& help) {
    return Command{*app_->add_subcommand(name, help), *chosen_};
}

void Command::needs_a_command() {
    app_->require_subcommand(1);
}

Option Command::add_option(std::string const& names, std::string& variable,
                           std::string const& help) {
    return Option{*app_->add_option(names, variable, help)};
}

Option Command::add_option(std::string const& names, std::optional<std::string>& variable,
                           std::string const& help) {
    return Option{*app_->add_option(names, variable, help)};
}

Option Command::add_option(std::string const& names, std::vector<std::string>& variable,
                           std::string const& help) {
    return Option{*app_->add_option(names, variable, help)};
}

Option Command::add_option(std::string const& names, int& variable, std::string const& help) {
    return Option{*app_->add_option(names, variable, help)};
}

Option Command::add_option(std::string const& names, unsigned& variable, std::string const& help) {
    return Option{*app_->add_option(names, variable, help)};
}

Option Command::add_option(std::string const& names, u64& variable, std::string const& help) {
    return Option{*app_->add_option(names, variable, help)};
}

Option Command::add_option(std::string const& names, float& variable, std::string const& help) {
    return Option{*app_->add_option(names, variable, help)};
}

Option Command::add_flag(std::string const& names, bool& variable, std::string const& help) {
    return Option{*app_->add_flag(names, variable, help)};
}

void Command::remove_option(std::string const& name) {
    app_->remove_option(app_->get_option(name));
}

void Command::footer(std::string const& text) {
    app_->footer(text);
}

void Command::action(Action act) {
    app_->callback([chosen = chosen_, act = std::move(act)] { *chosen = act; });
}

void parse_words(std::vector<std::string> words, std::function<void(Command&)> const& add_options) {
    CLI::App parser;
    parser.set_help_flag();
    Action none;
    Command command{parser, none};
    add_options(command);
    std::ranges::reverse(words); // as the library wants them
    try {
        parser.parse(words);
    } catch (CLI::ParseError const& error) {
        throw HostError{error.what()};
    }
}

} // namespace ringside::cli
