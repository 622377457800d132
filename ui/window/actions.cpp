#include "ui/window/actions.hpp"

#include "core/host_error.hpp"
#include "ui/sheets/panels.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace ringside::window {

namespace {

using view::Direction;
using view::Unit;

struct StepKey {
    char key;
    Unit unit;
    Direction direction;
};
constexpr std::array<StepKey, 10> step_keys{{
    {'.', Unit::Micro, Direction::Forward},
    {',', Unit::Micro, Direction::Back},
    {'s', Unit::Instruction, Direction::Forward},
    {'S', Unit::Instruction, Direction::Back},
    {'n', Unit::Over, Direction::Forward},
    {'N', Unit::Over, Direction::Back},
    {'f', Unit::Out, Direction::Forward},
    {'F', Unit::Out, Direction::Back},
    {'c', Unit::Run, Direction::Forward},
    {'C', Unit::Run, Direction::Back},
}};

std::optional<Split> other_split(Split split) {
    switch (split) {
    case Split::ThreeOne:
        return Split::FourFour;
    case Split::FourFour:
        return Split::ThreeOne;
    case Split::X64:
        return Split::X64Kpti;
    case Split::X64Kpti:
        return Split::X64;
    case Split::Segmented:
        break;
    }
    return std::nullopt;
}

} // namespace

Actions::Actions(OpenSplit open, OpenOptions const& options)
    : open_{std::move(open)}
    , split_{options.split}
    , look_{options.look}
    , first_scale_{options.look.scale} {
    cockpit_ = &this->open(split_);
    screen_.view = options.look.view;
    if (!options.at.empty()) {
        cockpit_->go_when(options.at);
    } else {
        cockpit_->go_to_key("sys1");
    }
}

view::Cockpit& Actions::open(Split split) {
    auto& cockpit = cockpits_[split];
    if (!cockpit) {
        cockpit = std::make_unique<view::Cockpit>(open_(split));
    }
    return *cockpit;
}

std::string Actions::title() {
    view::MachineView const& now = cockpit_->now();
    std::string const micro = now.micro == 0 ? "" : fmt::format(".{}", now.micro);
    return fmt::format("Ringside: {}, {}, event {}{}/{} insn {} {}", now.program, now.kernel,
                       now.event, micro, now.events, now.insn, cockpit_->key());
}

void Actions::move(Unit unit, Direction direction) {
    bool const moved = cockpit_->move(unit, direction);
    screen_.message = moved                             ? ""
                      : direction == Direction::Forward ? "The run ends here."
                                                        : "The run begins here.";
    screen_.follow = true;
}

void Actions::go_to_event(u64 event) {
    cockpit_->go_to_event(event);
    screen_.message.clear();
    screen_.follow = true;
}

void Actions::toggle_split() {
    std::optional<Split> const other = other_split(split_);
    if (!other) {
        say("This kernel has no other split.");
        return;
    }
    std::string const key = cockpit_->key();
    try {
        view::Cockpit& there = open(*other);
        u64 const event = cockpit_->moment().event;
        bool const at_end = event == cockpit_->subject().session->events().size();
        there.go_to_event(at_end ? there.subject().session->events().size()
                                 : trace::find_counterpart(there.outline(), key));
        cockpit_ = &there;
        split_ = *other;
        bool const same = at_end || there.key() == key;
        say(same ? ""
                 : fmt::format("{} is not in this split: the nearest is {}", key, there.key()));
    } catch (HostError const& error) {
        cockpits_.erase(*other);
        say(error.what());
    }
    screen_.follow = true;
}

void Actions::toggle_breakpoint() {
    say(cockpit_->execute("break"));
}

void Actions::show(std::string_view view) {
    screen_.view = view;
    screen_.help = false;
    screen_.scroll.clear();
    screen_.follow = true;
}

void Actions::character(char letter) {
    if (screen_.typing) {
        type({&letter, 1});
        return;
    }
    for (StepKey const& step : step_keys) {
        if (step.key == letter) {
            move(step.unit, step.direction);
            return;
        }
    }
    for (auto const& panel : sheets::panels()) {
        if (panel.key == letter) {
            show(screen_.view == panel.name ? "all" : panel.name);
            return;
        }
    }
    switch (letter) {
    case 'b':
        toggle_breakpoint();
        break;
    case 't':
        toggle_split();
        break;
    case '0':
        show("all");
        break;
    case '?':
        screen_.help = !screen_.help;
        screen_.scroll.erase("help");
        break;
    case ':':
        screen_.typing = true;
        screen_.message.clear();
        break;
    case 'q':
        leaving_ = true;
        break;
    default:
        break;
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

void Actions::escape() {
    if (screen_.typing) {
        screen_.typing = false;
        screen_.command.clear();
    } else if (!screen_.message.empty()) {
        screen_.message.clear();
    } else {
        show("all");
    }
}

void Actions::scroll(std::string_view panel, float pixels) {
    screen_.scroll[std::string{panel}] += pixels;
    screen_.follow = false;
}

void Actions::type(std::string_view text) {
    if (screen_.command.size() + text.size() <= 200) {
        screen_.command += text;
    }
}

void Actions::erase() {
    std::string& command = screen_.command;
    while (!command.empty() && (static_cast<unsigned char>(command.back()) & 0xc0U) == 0x80U) {
        command.pop_back();
    }
    if (!command.empty()) {
        command.pop_back();
    }
}

void Actions::enter() {
    std::string const command = std::exchange(screen_.command, {});
    screen_.typing = false;
    if (command == "quit" || command == "q") {
        leaving_ = true;
        return;
    }
    try {
        say(cockpit_->execute(command));
    } catch (HostError const& error) {
        say(error.what());
    }
    screen_.follow = true;
}

std::string Actions::picture_name() {
    return fmt::format("ringside-{}.png", cockpit_->moment().event);
}

} // namespace ringside::window
