#include "ui/window/actions.hpp"

#include "core/host_error.hpp"
#include "ui/sheets/words.hpp"

#include <fmt/format.h>
#include <utility>

namespace ringside::window {

namespace {

using view::Direction;
using view::Unit;

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
    if (options.at) {
        cockpit_->go_when(*options.at);
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
    return fmt::format("Ringside: {}, {}, event {}{}/{} insn {} {}", now.program,
                       sheets::kernel_words(now), now.event, micro, now.events, now.insn,
                       cockpit_->key());
}

void Actions::move(Unit unit, Direction direction) {
    bool const moved = cockpit_->move(unit, direction);
    screen_.message = moved                             ? cockpit_->stopped_by()
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

void Actions::show(std::string_view view) {
    screen_.view = view;
    screen_.help = false;
    screen_.scroll.clear();
    screen_.follow = true;
}

void Actions::open_or_close(std::string_view panel) {
    bool const open = panel == "help" || screen_.view == panel;
    show(open ? "all" : panel);
}

void Actions::scroll(std::string_view panel, float pixels) {
    screen_.scroll[std::string{panel}] += pixels;
    screen_.follow = false;
}

std::string Actions::picture_name() {
    return fmt::format("ringside-{}", cockpit_->moment().event);
}

std::optional<int> Actions::playing() const {
    return playing_ ? std::optional{1000 / speed_} : std::nullopt;
}

void Actions::play_one() {
    if (!cockpit_->move(Unit::Event, Direction::Forward)) {
        playing_ = false;
        say("The run ends here.");
    }
    screen_.follow = true;
}

std::optional<std::string> Actions::take_copied() {
    return std::exchange(copied_, std::nullopt);
}

bool Actions::take_picture_wanted() {
    return std::exchange(picture_wanted_, false);
}

} // namespace ringside::window
