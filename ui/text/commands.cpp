// `ringside text` without a moment: a conversation, one command a line.
#include "core/host_error.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/text/text_of.hpp"

#include <istream>
#include <ostream>

namespace ringside::text {

namespace {

std::string say(view::Cockpit& cockpit, std::size_t width) {
    sheets::PanelState state;
    state.width = width;
    return paint(sheets::title_sheet(cockpit.now(), state)) +
           paint(sheets::narration_sheet(cockpit.now(), state));
}

std::string answer(view::Cockpit& cockpit, std::string const& command, std::size_t width) {
    if (command == "show" || command.rfind("show ", 0) == 0) {
        return text_of(cockpit, command == "show" ? "" : command.substr(5), width);
    }
    std::string const words = cockpit.execute(command);
    return words.empty() ? say(cockpit, width) : words + '\n';
}

} // namespace

void read_commands(view::Cockpit& cockpit, std::istream& in, std::ostream& out, std::size_t width) {
    out << say(cockpit, width) << std::flush;
    for (std::string command; std::getline(in, command);) {
        if (!command.empty() && command.back() == '\r') {
            command.pop_back();
        }
        if (command == "quit" || command == "q") {
            return;
        }
        try {
            out << answer(cockpit, command, width) << std::flush;
        } catch (HostError const& error) {
            out << error.what() << '\n' << std::flush;
        }
    }
}

} // namespace ringside::text
