// What the student sets: breakpoints, stops, watches and marks; and looking for
// text.
#include "core/host_error.hpp"
#include "core/view/cockpit.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace ringside::view {

namespace {

constexpr std::size_t most = 16; // watches; each costs a look at every instruction of a run

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& letter : result) {
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    return result;
}

} // namespace

void Cockpit::toggle_breakpoint(u64 linear) {
    if (!settings_.breakpoints.insert(linear).second) {
        settings_.breakpoints.erase(linear);
    }
    kept_.clear(); // the code panel marks them
}

std::string Cockpit::toggle_stop(std::string_view kind) {
    auto stop = EventStop::parse(kind);
    if (!stop) {
        throw HostError{stop.error()};
    }
    auto const same = std::find_if(settings_.stops.begin(), settings_.stops.end(),
                                   [&](EventStop const& each) { return each.text() == kind; });
    bool const is_set = same != settings_.stops.end();
    if (is_set) {
        settings_.stops.erase(same);
    } else {
        settings_.stops.push_back(stop.value());
    }
    kept_.clear();
    return fmt::format("stop at {} {}", kind, is_set ? "taken away" : "set");
}

std::string Cockpit::toggle_watch(std::string_view expression) {
    auto const symbols = [&](std::string_view name) {
        auto const address = maker_.kernel().address_of(name);
        return address ? address : maker_.program().address_of(name);
    };
    auto watch = Watch::parse(expression, symbols);
    if (!watch) {
        throw HostError{watch.error()};
    }
    std::string const text = watch.value().text();
    auto const same = std::find_if(settings_.watches.begin(), settings_.watches.end(),
                                   [&](Watch const& each) { return each.text() == text; });
    bool const is_set = same != settings_.watches.end();
    if (is_set) {
        settings_.watches.erase(same);
    } else if (settings_.watches.size() == most) {
        throw HostError{fmt::format("watch: there are {} already; take one away first", most)};
    } else {
        settings_.watches.push_back(watch.value());
    }
    kept_.clear();
    return is_set ? fmt::format("watch {} taken away", text)
                  : fmt::format("watch {} = {}", text, now().settings.watches.back().value);
}

std::string Cockpit::set_mark(char letter) {
    if (letter < 'a' || letter > 'z') {
        throw HostError{"a mark is a letter from a to z"};
    }
    settings_.marks[letter] = at_;
    kept_.clear();
    return fmt::format("mark {} is here, at event {}", letter, at_.event);
}

std::string Cockpit::go_to_mark(char letter) {
    auto const mark = settings_.marks.find(letter);
    if (mark == settings_.marks.end()) {
        throw HostError{fmt::format("there is no mark '{}'", letter)};
    }
    go(mark->second);
    return {};
}

std::string Cockpit::toggle_compare(char letter) {
    if (compared_ == letter) {
        compared_.reset();
        return "stars show what the last step changed";
    }
    if (!settings_.marks.contains(letter)) {
        throw HostError{
            fmt::format("there is no mark '{}' to compare with: set it by m {}", letter, letter)};
    }
    compared_ = letter;
    return fmt::format("stars show what differs from mark {}", letter);
}

std::string Cockpit::find(std::string_view text, Direction direction) {
    if (!text.empty() && text != sought_) {
        sought_ = text;
        hits_.clear();
        std::string const wanted = lower(text);
        for (u64 event = 0; event < events(); ++event) {
            StoryEntry const entry = maker_.story_entry(event);
            if (lower(entry.key).find(wanted) != std::string::npos ||
                lower(entry.sentence).find(wanted) != std::string::npos) {
                hits_.push_back(event);
            }
        }
    }
    if (sought_.empty()) {
        throw HostError{"find TEXT: nothing was looked for before"};
    }
    if (hits_.empty()) {
        throw HostError{fmt::format("'{}' is in no key and no sentence of this story", sought_)};
    }
    // Behind the last place comes the first one again, and the other way round.
    auto hit = std::upper_bound(hits_.begin(), hits_.end(), at_.event);
    if (direction == Direction::Back) {
        hit = std::lower_bound(hits_.begin(), hits_.end(), at_.event);
        hit = hit == hits_.begin() ? hits_.end() - 1 : hit - 1;
    }
    hit = hit == hits_.end() ? hits_.begin() : hit;
    go_to_event(*hit);
    unit_ = Unit::Event;
    return fmt::format("'{}': place {} of {}", sought_, hit - hits_.begin() + 1, hits_.size());
}

std::string Cockpit::settings_text() const {
    std::string list;
    auto const add = [&](std::string const& line) { list += (list.empty() ? "" : "\n") + line; };
    for (u64 const address : settings_.breakpoints) {
        std::string name = maker_.kernel().name_of(address);
        name = name.empty() ? maker_.program().name_of(address) : name;
        add(fmt::format("break {:08x} {}", address, name));
    }
    for (EventStop const& stop : settings_.stops) {
        add("stop " + stop.text());
    }
    for (Watch const& watch : settings_.watches) {
        add("watch " + watch.text());
    }
    for (auto const& [letter, moment] : settings_.marks) {
        add(fmt::format("mark {} event {}", letter, moment.event));
    }
    return list.empty() ? "no breakpoints, stops, watches or marks" : list;
}

} // namespace ringside::view
