#include "core/trace/when.hpp"

#include <algorithm>
#include <charconv>

namespace ringside::trace {

namespace {

constexpr u64 whole = 100'000; // thousandths of a percent

std::optional<u64> number_of(std::string_view text) {
    u64 value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const good = error == std::errc{} && end == text.data() + text.size() && !text.empty();
    return good ? std::optional{value} : std::nullopt;
}

std::string not_a_moment(std::string_view text) {
    return "'" + std::string{text} +
           "' is no moment: write an event (41), its micro-step (41.3), insn:4811, key:sys1/write, "
           "50%, start or end";
}

std::optional<When> event_when(std::string_view text) {
    auto const dot = text.find('.');
    auto const event = number_of(text.substr(0, dot));
    auto const micro =
        dot == std::string_view::npos ? std::optional<u64>{0} : number_of(text.substr(dot + 1));
    if (!event || !micro || *micro > 0xffff'ffff) {
        return std::nullopt;
    }
    return When{
        .kind = When::Kind::Event, .number = *event, .micro = static_cast<u32>(*micro), .key = {}};
}

// "50" or "12.5", up to three places.
std::optional<When> percent_when(std::string_view text) {
    auto const dot = text.find('.');
    auto const integer = number_of(text.substr(0, dot));
    std::string places{dot == std::string_view::npos ? "" : text.substr(dot + 1)};
    bool const good_places =
        dot == std::string_view::npos || (!places.empty() && places.size() <= 3);
    places.resize(3, '0');
    auto const fraction = number_of(places);
    if (!integer || !fraction || !good_places || *integer > 100) {
        return std::nullopt;
    }
    u64 const share = *integer * 1000 + *fraction;
    return share <= whole
               ? std::optional{When{
                     .kind = When::Kind::Percent, .number = share, .micro = 0, .key = {}}}
               : std::nullopt;
}

std::optional<When> when_of(std::string_view text) {
    if (text == "start" || text == "end") {
        return When{.kind = text == "end" ? When::Kind::End : When::Kind::Start,
                    .number = 0,
                    .micro = 0,
                    .key = {}};
    }
    if (text.starts_with("insn:")) {
        auto const insn = number_of(text.substr(5));
        return insn ? std::optional{When{
                          .kind = When::Kind::Insn, .number = *insn, .micro = 0, .key = {}}}
                    : std::nullopt;
    }
    if (text.starts_with("key:")) {
        return text.size() > 4 ? std::optional{When{.kind = When::Kind::Key,
                                                    .number = 0,
                                                    .micro = 0,
                                                    .key = std::string{text.substr(4)}}}
                               : std::nullopt;
    }
    return text.ends_with('%') ? percent_when(text.substr(0, text.size() - 1)) : event_when(text);
}

// The first event that has not committed when `insn` instructions have retired.
u64 event_at_insn(std::vector<Event> const& events, u64 insn) {
    auto const first = std::ranges::lower_bound(events, insn, {}, &Event::insn);
    return static_cast<u64>(first - events.begin());
}

std::string story_size(std::vector<Event> const& events) {
    return events.empty() ? "the story has no events"
                          : "the story has events 0 to " + std::to_string(events.size() - 1);
}

} // namespace

Result<When, std::string> parse_when(std::string_view text) {
    auto const when = when_of(text);
    if (!when) {
        return not_a_moment(text);
    }
    return *when;
}

Result<StoryPoint, std::string> find_moment(When const& when, std::vector<Event> const& events,
                                            Outline const& outline, u64 insns) {
    StoryPoint point;
    switch (when.kind) {
        using enum When::Kind;
    case Start:
        point.insn = 0;
        break;
    case End:
        point.event = events.size();
        break;
    case Event:
        if (when.number >= events.size()) {
            return "event " + std::to_string(when.number) +
                   " is beyond the end: " + story_size(events);
        }
        point.event = when.number;
        point.micro = when.micro;
        break;
    case Insn:
        if (when.number > insns) {
            return "insn:" + std::to_string(when.number) + " is beyond the end: the run has " +
                   std::to_string(insns) + " instructions";
        }
        point.insn = when.number;
        point.event = event_at_insn(events, when.number);
        break;
    case Percent:
        point.event = events.size() * when.number / whole;
        break;
    case Key:
        point.event = find_key(outline, when.key);
        if (point.event == Scene::none) {
            return "no event has the key '" + when.key +
                   "' or one below it; `ringside trace` lists the keys";
        }
        break;
    }
    return point;
}

} // namespace ringside::trace
