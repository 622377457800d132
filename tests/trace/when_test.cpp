// Moments by name: what parses, where it lands, and one clear sentence for everything else.
#include "core/trace/when.hpp"
#include "tests/trace/story_builder.hpp"

#include <doctest/doctest.h>

using namespace ringside;
using namespace ringside::trace;
using namespace ringside::trace::testing;

namespace {

struct Story {
    std::vector<Event> events = three_one_write();
    Outline outline = make_outline(events);
    u64 insns = events.back().insn + 5; // the program runs on after its last event

    StoryPoint at(std::string_view text) const {
        auto const when = parse_when(text);
        REQUIRE_MESSAGE(static_cast<bool>(when), text);
        auto const point = find_moment(when.value(), events, outline, insns);
        REQUIRE_MESSAGE(static_cast<bool>(point), text);
        return point.value();
    }
    std::string refusal(std::string_view text) const {
        auto const when = parse_when(text);
        if (!when) {
            return when.error();
        }
        auto const point = find_moment(when.value(), events, outline, insns);
        return point ? "" : point.error();
    }
};

} // namespace

TEST_SUITE("trace: moments by name") {
    TEST_CASE("an event, its micro-step, a key, start and end") {
        Story const story;
        CHECK(story.at("0") == StoryPoint{.event = 0});
        CHECK(story.at("7") == StoryPoint{.event = 7});
        CHECK(story.at("7.3") == StoryPoint{.event = 7, .micro = 3});
        CHECK(story.outline.keys[story.at("key:sys1/write/copy/p2").event] ==
              "sys1/write/copy/p2/walk");
        CHECK(story.at("start") == StoryPoint{.event = 0, .insn = 0});
        CHECK(story.at("end") == StoryPoint{.event = story.events.size()}); // after the last event
    }

    TEST_CASE(
        "insn:N is the state when N instructions have retired: the first event not before it") {
        Story const story;
        for (u64 insn = 0; insn <= story.insns; ++insn) {
            StoryPoint const point = story.at("insn:" + std::to_string(insn));
            CHECK(point.insn == insn);
            CHECK((point.event == story.events.size() || story.events[point.event].insn >= insn));
            CHECK((point.event == 0 || story.events[point.event - 1].insn < insn));
        }
    }

    TEST_CASE("N% is of events") {
        Story const story;
        std::size_t const size = story.events.size();
        CHECK(story.at("0%").event == 0);
        CHECK(story.at("50%").event == size / 2);
        CHECK(story.at("100%").event == size);
        CHECK(story.at("12.5%").event == size / 8);
        CHECK(story.at("99.999%").event == size - 1);
    }

    TEST_CASE("beyond the end is refused with what there is") {
        Story const story;
        std::string const last = std::to_string(story.events.size() - 1);
        CHECK(story.refusal(std::to_string(story.events.size())) ==
              "event " + std::to_string(story.events.size()) +
                  " is beyond the end: the story has events 0 to " + last);
        CHECK(story.refusal("insn:999999").find("is beyond the end: the run has") !=
              std::string::npos);
        CHECK(story.refusal("key:sys9").find("no event has the key 'sys9'") == 0);
    }

    TEST_CASE("what is no moment is refused with what a moment is") {
        Story const story;
        for (std::string_view const text : {"",
                                            " ",
                                            "x",
                                            "-1",
                                            "41.",
                                            ".3",
                                            "41.3.1",
                                            "41.x",
                                            "insn:",
                                            "insn:-1",
                                            "insn:1x",
                                            "key:",
                                            "%",
                                            "101%",
                                            "100.1%",
                                            "-5%",
                                            "1e3",
                                            "0x41",
                                            "50%%",
                                            "end ",
                                            "End",
                                            "99999999999999999999",
                                            "1.99999999999",
                                            "5.1234%"}) {
            INFO(text);
            CHECK(story.refusal(text).find("is no moment: write an event (41)") !=
                  std::string::npos);
        }
    }
}
