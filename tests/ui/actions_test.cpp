// Keys of the window without a window: what each does to the moment and to what is shown.
#include "tests/ui/recorded.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/window/actions.hpp"

#include <doctest/doctest.h>

using namespace ringside;

namespace {

window::Actions at_write() {
    window::OpenOptions options;
    options.at = "key:sys1/write/entry";
    return window::Actions{tests::pages, options};
}

void type(window::Actions& actions, std::string_view text) {
    for (char const letter : text) {
        letter == ' ' ? actions.key("Space") : static_cast<void>(0);
        actions.text({&letter, 1});
    }
}

std::string panel(window::Actions& actions, char const* name) {
    sheets::PanelState state;
    sheets::Sheet const sheet =
        sheets::find_panel(name)->make(actions.cockpit().now(), actions.cockpit().before(), state);
    std::string text;
    for (sheets::Row const& row : sheet.rows) {
        for (sheets::Span const& span : row.spans) {
            text += span.text;
        }
        text += '\n';
    }
    return text;
}

} // namespace

TEST_CASE("keys: each way of moving is undone by its other key") {
    if (!tests::guests_are_there()) {
        return;
    }
    window::Actions actions = at_write();
    Moment const start = actions.cockpit().moment();
    for (auto const& pair : {std::pair{".", ","}, {"s", "S"}, {"n", "N"}}) {
        INFO(pair.first);
        actions.text(pair.first);
        CHECK_FALSE(actions.cockpit().moment() == start);
        actions.text(pair.second);
        CHECK(actions.cockpit().moment().tick == start.tick);
        actions.go_to_event(start.event);
    }
    for (auto const& pair : {std::pair{"Right", "Left"}, {"F11", "Ctrl+F11"}}) {
        INFO(pair.first);
        actions.key(pair.first);
        CHECK_FALSE(actions.cockpit().moment() == start);
        actions.key(pair.second);
        CHECK(actions.cockpit().moment().tick == start.tick);
        actions.go_to_event(start.event);
    }
    actions.key("End");
    CHECK(actions.cockpit().now().event == actions.cockpit().now().events);
    actions.key("Home");
    CHECK(actions.cockpit().moment().event == 0);
}

TEST_CASE("keys: e, w and b set what c stops at, and the panel of 9 lists it") {
    if (!tests::guests_are_there()) {
        return;
    }
    window::Actions actions = at_write();
    actions.text("e");
    CHECK(actions.screen().prompt == ':');
    type(actions, "copy");
    actions.key("Enter");
    CHECK(actions.screen().message == "stop at copy set");
    actions.text("c");
    CHECK(actions.screen().message == "stop: copy");
    CHECK(actions.cockpit().key() == "sys1/write/copy");
    actions.text("w");
    type(actions, "esp + 4");
    actions.key("Enter");
    CHECK(actions.screen().message.find("watch esp + 4 = ") == 0);
    actions.text("b");
    std::string const list = panel(actions, "watch");
    INFO(list);
    CHECK(list.find("watch   esp + 4 = ") != std::string::npos);
    CHECK(list.find("break   ") != std::string::npos);
    CHECK(list.find("stop    copy") != std::string::npos);
    actions.text("e");
    type(actions, "frobnicate");
    actions.key("Enter");
    CHECK(actions.screen().message.find("stop: no kind of event 'frobnicate'") == 0);
    actions.text("9");
    CHECK(actions.screen().view == "watch");
    actions.text("9");
    CHECK(actions.screen().view == "all");
}

TEST_CASE("keys: / finds text, } and { go from place to place and round") {
    if (!tests::guests_are_there()) {
        return;
    }
    window::Actions actions = at_write();
    actions.key("Home");
    actions.text("/");
    type(actions, "ACCESS_OK");
    actions.key("Enter");
    CHECK(actions.cockpit().key().find("access_ok") != std::string::npos);
    CHECK(actions.screen().message.find("'ACCESS_OK': place 1 of ") == 0);
    u64 const first = actions.cockpit().moment().event;
    actions.text("{"); // round to the last one
    u64 const last = actions.cockpit().moment().event;
    CHECK(last >= first);
    actions.text("}");
    CHECK(actions.cockpit().moment().event == first);
    actions.text("/");
    type(actions, "no such words");
    actions.key("Enter");
    CHECK(actions.screen().message.find("is in no key and no sentence") != std::string::npos);
    CHECK(actions.cockpit().moment().event == first);
    actions.text("}");
    CHECK(actions.cockpit().moment().event == first);
}

TEST_CASE("keys: a mark is gone back to, and d shows what differs from mark a") {
    if (!tests::guests_are_there()) {
        return;
    }
    window::Actions actions = at_write();
    u64 const start = actions.cockpit().moment().event;
    actions.text("d");
    CHECK(actions.screen().message.find("there is no mark 'a'") == 0);
    actions.text("m");
    actions.text("a");
    CHECK(actions.screen().message.find("mark a is here") == 0);
    actions.key("Shift+Right");
    Moment const later = actions.cockpit().moment();
    CHECK(later.event > start);
    actions.text("d");
    CHECK(actions.cockpit().before().event == start);
    actions.text("d");
    CHECK(actions.cockpit().before().event != start);
    actions.text("'");
    actions.text("a");
    CHECK(actions.cockpit().moment().event == start);
    actions.text("'");
    actions.text("b");
    CHECK(actions.screen().message == "there is no mark 'b'");
    actions.text("m");
    actions.text("7"); // no letter, and no panel either: it belongs to the m
    CHECK(actions.screen().view == "all");
    CHECK(actions.screen().message == "a mark is a letter from a to z");
}

TEST_CASE("keys: Space plays event by event until Space, another move or the end") {
    if (!tests::guests_are_there()) {
        return;
    }
    window::Actions actions = at_write();
    CHECK_FALSE(actions.playing());
    actions.key("Space");
    REQUIRE(actions.playing());
    int const pause = *actions.playing();
    u64 const event = actions.cockpit().moment().event;
    actions.play_one();
    CHECK(actions.cockpit().moment().event == event + 1);
    actions.text("]");
    CHECK(*actions.playing() < pause);
    actions.text("[");
    CHECK(*actions.playing() == pause);
    actions.key("Space");
    CHECK_FALSE(actions.playing());
    actions.key("Space");
    actions.key("Left");
    CHECK_FALSE(actions.playing());
    actions.key("Space");
    actions.key("Esc");
    CHECK_FALSE(actions.playing());
    actions.key("End");
    actions.key("Space");
    actions.play_one();
    CHECK_FALSE(actions.playing());
    CHECK(actions.screen().message == "The run ends here.");
}

TEST_CASE("keys: what can be copied is the panel under the mouse, the one alone, or all") {
    if (!tests::guests_are_there()) {
        return;
    }
    window::Actions actions = at_write();
    auto const copied = [&] {
        actions.key("Ctrl+C");
        auto const text = actions.take_copied();
        REQUIRE(text);
        CHECK_FALSE(actions.take_copied());
        return *text;
    };
    CHECK(copied().find("== TLB") != std::string::npos);
    CHECK(copied().find("== CODE") != std::string::npos);
    actions.hover("stack");
    CHECK(copied().find("== STACK") == 0);
    actions.text("5");
    CHECK(copied().find("== CPU") == 0);
    CHECK_FALSE(actions.take_picture_wanted());
    actions.key("F12");
    CHECK(actions.take_picture_wanted());
    CHECK_FALSE(actions.take_picture_wanted());
}

TEST_CASE("keys: a line takes letters that are keys elsewhere, whole letters are erased") {
    if (!tests::guests_are_there()) {
        return;
    }
    window::Actions actions = at_write();
    Moment const start = actions.cockpit().moment();
    actions.text(":");
    type(actions, "sq 9c");
    CHECK(actions.screen().command == "sq 9c");
    actions.text("ä");
    actions.key("Backspace");
    CHECK(actions.screen().command == "sq 9c");
    actions.key("F11");
    CHECK(actions.cockpit().moment() == start);
    actions.text(std::string(500, 'x'));
    CHECK(actions.screen().command == "sq 9c");
    actions.key("Esc");
    CHECK(actions.screen().prompt == '\0');
    CHECK_FALSE(actions.leaving());
    actions.text("q");
    CHECK(actions.leaving());
}

TEST_CASE("keys: Tab goes through the panels, one alone after the other") {
    if (!tests::guests_are_there()) {
        return;
    }
    window::Actions actions = at_write();
    for (auto const& each : sheets::panels()) {
        actions.key("Tab");
        CHECK(actions.screen().view == each.name);
    }
    actions.key("Tab");
    CHECK(actions.screen().view == "all");
    actions.key("Shift+Tab");
    CHECK(actions.screen().view == sheets::panels().back().name);
}
