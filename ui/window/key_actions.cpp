// From a key of the table to what it does.
#include "ui/sheets/panels.hpp"
#include "ui/window/actions.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace ringside::window {

namespace {

using sheets::Command;
using view::Direction;
using view::Unit;

struct Move {
    Command command;
    Unit unit;
    Direction direction;
};
constexpr std::array moves{
    Move{Command::LineOn, Unit::Micro, Direction::Forward},
    Move{Command::LineBack, Unit::Micro, Direction::Back},
    Move{Command::EventOn, Unit::Event, Direction::Forward},
    Move{Command::EventBack, Unit::Event, Direction::Back},
    Move{Command::SceneOn, Unit::Scene, Direction::Forward},
    Move{Command::SceneBack, Unit::Scene, Direction::Back},
    Move{Command::StepOn, Unit::Instruction, Direction::Forward},
    Move{Command::StepBack, Unit::Instruction, Direction::Back},
    Move{Command::OverOn, Unit::Over, Direction::Forward},
    Move{Command::OverBack, Unit::Over, Direction::Back},
    Move{Command::OutOn, Unit::Out, Direction::Forward},
    Move{Command::OutBack, Unit::Out, Direction::Back},
    Move{Command::RunOn, Unit::Run, Direction::Forward},
    Move{Command::RunBack, Unit::Run, Direction::Back},
};

constexpr std::array speeds{1, 2, 4, 8, 15, 30}; // events a second
constexpr std::size_t longest_line = 200;        // bytes
constexpr float page = 200;                      // pixels that PageDown scrolls, before scaling

} // namespace

void Actions::key(std::string_view name) {
    if (screen_.prompt != '\0') {
        if (name.ends_with("Enter")) {
            enter();
        } else if (name.ends_with("Backspace")) {
            erase();
        } else if (name.ends_with("Esc")) {
            escape();
        }
        return;
    }
    if (auto const command = sheets::command_of(name)) {
        awaited_ = '\0';
        perform(*command);
    }
}

void Actions::text(std::string_view typed) {
    if (screen_.prompt != '\0') {
        if (screen_.command.size() + typed.size() <= longest_line) {
            screen_.command += typed;
        }
        return;
    }
    if (typed.size() != 1 || typed.front() <= ' ') {
        return; // Space is a key with a name
    }
    if (awaited_ != '\0') {
        letter(typed.front());
        return;
    }
    for (auto const& panel : sheets::panels()) {
        if (panel.key == typed.front()) {
            open_or_close(panel.name);
            return;
        }
    }
    key(typed);
}

void Actions::letter(char typed) {
    char const what = std::exchange(awaited_, '\0');
    answer([&] { return what == 'm' ? cockpit_->set_mark(typed) : cockpit_->go_to_mark(typed); });
}

void Actions::perform(Command command) {
    if (playing_ && command == Command::Escape) {
        playing_ = false;
        return play();
    }
    if (command != Command::Play && command != Command::Faster && command != Command::Slower) {
        playing_ = false; // any other key pauses
    }
    if (!perform_move(command) && !perform_look(command)) {
        perform_setting(command);
    }
}

bool Actions::perform_move(Command command) {
    for (Move const& each : moves) {
        if (each.command == command) {
            move(each.unit, each.direction);
            return true;
        }
    }
    switch (command) {
    case Command::Play:
        playing_ = !playing_;
        play();
        return true;
    case Command::Faster:
    case Command::Slower: {
        auto const at = std::find(speeds.begin(), speeds.end(), speed_);
        bool const faster = command == Command::Faster;
        bool const last = faster ? at + 1 == speeds.end() : at == speeds.begin();
        speed_ = last ? speed_ : faster ? *(at + 1) : *(at - 1);
        play();
        return true;
    }
    case Command::First:
        go_to_event(0);
        return true;
    case Command::Last:
        go_to_event(~u64{0});
        return true;
    case Command::Split:
        toggle_split();
        return true;
    default:
        return false;
    }
}

void Actions::play() {
    say(fmt::format("{}: {} {} a second; Space {}, [ slower, ] faster",
                    playing_ ? "Playing" : "Paused", speed_, speed_ == 1 ? "event" : "events",
                    playing_ ? "pauses" : "plays"));
}

bool Actions::perform_look(Command command) {
    switch (command) {
    case Command::All:
        show("all");
        return true;
    case Command::NextPanel:
    case Command::LastPanel:
        next_panel(command == Command::NextPanel ? 1 : -1);
        return true;
    case Command::ScrollDown:
    case Command::ScrollUp: {
        std::string const panel = screen_.help            ? "help"
                                  : screen_.view != "all" ? screen_.view
                                                          : hovered_;
        scroll(panel, (command == Command::ScrollDown ? page : -page) * look_.scale);
        return true;
    }
    case Command::Recentre:
        screen_.follow = true;
        return true;
    case Command::Help:
        screen_.help = !screen_.help;
        screen_.scroll.erase("help");
        return true;
    case Command::Larger:
        scale(1.1F);
        return true;
    case Command::Smaller:
        scale(1 / 1.1F);
        return true;
    case Command::OwnSize:
        scale(0);
        return true;
    case Command::Theme:
        next_theme();
        return true;
    default:
        return false;
    }
}

void Actions::scale(float factor) {
    look_.scale = factor == 0 ? first_scale_ : std::clamp(look_.scale * factor, 0.5F, 4.0F);
}

void Actions::next_theme() {
    look_.theme = look_.theme == Theme::Light  ? Theme::Dark
                  : look_.theme == Theme::Dark ? Theme::Contrast
                                               : Theme::Light;
}

void Actions::next_panel(int step) {
    auto const& all = sheets::panels();
    auto const here = std::find_if(all.begin(), all.end(), [&](sheets::Panel const& panel) {
        return panel.name == screen_.view;
    });
    auto const count = static_cast<std::ptrdiff_t>(all.size());
    std::ptrdiff_t const from = here != all.end() ? here - all.begin() : step > 0 ? -1 : count;
    std::ptrdiff_t const to = from + step;
    show(to < 0 || to >= count ? "all" : all[static_cast<std::size_t>(to)].name);
}

} // namespace ringside::window
