// Keys that set or ask for something, and the lines that are typed.
#include "core/host_error.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/text/text_of.hpp"
#include "ui/window/actions.hpp"

#include <fmt/format.h>
#include <utility>

namespace ringside::window {

using sheets::Command;
using view::Direction;

void Actions::answer(std::function<std::string()> const& ask) {
    try {
        say(ask());
    } catch (HostError const& error) {
        say(error.what());
    }
    screen_.follow = true;
}

void Actions::perform_setting(Command command) {
    switch (command) {
    case Command::Break:
        return answer([&] { return cockpit_->execute("break"); });
    case Command::Stop:
        return begin_line(':', "stop ");
    case Command::Watch:
        return begin_line(':', "watch ");
    case Command::GoTo:
        return begin_line(':', "go ");
    case Command::Line:
        return begin_line(':', "");
    case Command::Find:
        return begin_line('/', "");
    case Command::NextHit:
        return answer([&] { return cockpit_->find("", Direction::Forward); });
    case Command::LastHit:
        return answer([&] { return cockpit_->find("", Direction::Back); });
    case Command::Mark:
        awaited_ = 'm';
        return say("Mark this moment: a letter from a to z.");
    case Command::ToMark:
        awaited_ = '\'';
        return say("Go to a mark: its letter.");
    case Command::Compare:
        return answer([&] { return cockpit_->toggle_compare('a'); });
    case Command::Copy:
        return copy();
    case Command::Picture:
        picture_wanted_ = true;
        return;
    case Command::Escape:
        return escape();
    case Command::Leave:
        leaving_ = true;
        return;
    default:
        return;
    }
}

void Actions::begin_line(char prompt, std::string_view text) {
    screen_.prompt = prompt;
    screen_.command = text;
    screen_.message.clear();
}

void Actions::enter() {
    std::string const line = std::exchange(screen_.command, {});
    char const prompt = std::exchange(screen_.prompt, '\0');
    if (prompt == ':' && (line == "quit" || line == "q")) {
        leaving_ = true;
        return;
    }
    answer([&] {
        return prompt == '/' ? cockpit_->find(line, Direction::Forward) : cockpit_->execute(line);
    });
}

// A letter of UTF-8, not a byte.
void Actions::erase() {
    std::string& command = screen_.command;
    while (!command.empty() && (static_cast<unsigned char>(command.back()) & 0xc0U) == 0x80U) {
        command.pop_back();
    }
    if (!command.empty()) {
        command.pop_back();
    }
}

void Actions::escape() {
    if (screen_.prompt != '\0') {
        screen_.prompt = '\0';
        screen_.command.clear();
    } else if (!screen_.message.empty()) {
        screen_.message.clear();
    } else {
        show("all");
    }
}

void Actions::copy() {
    std::string const panel = screen_.view != "all" ? screen_.view : hovered_;
    bool const one = sheets::find_panel(panel) != nullptr;
    copied_ = text::text_of(*cockpit_, one ? panel : "", 100);
    say(fmt::format("Copied as text: {}.", one ? "the panel " + panel : "all panels"));
}

} // namespace ringside::window
