#include "ui/sheets/key_table.hpp"

#include "ui/sheets/panels.hpp"

#include <array>
#include <fmt/format.h>

namespace ringside::sheets {

namespace {

using enum Command;

constexpr std::string_view time = "Time: forwards, and the same way back";
constexpr std::string_view stops = "Places and stops";
constexpr std::string_view panel = "Panels";
constexpr std::string_view window = "The window";

constexpr std::array rows{
    KeyRow{time, ".", LineOn, ",", LineBack,
           "the next, the last line of the event's record: an entry read, a "
           "check, a push",
           "line", 6},
    KeyRow{time, "Right", EventOn, "Left", EventBack, "one event", "event", 1},
    KeyRow{time, "Shift+Right", SceneOn, "Shift+Left", SceneBack,
           "one scene: a system call, a fault, user code", "scene", 4},
    KeyRow{time, "s F11", StepOn, "S Ctrl+F11", StepBack, "one instruction", "step", 3},
    KeyRow{time, "n F10", OverOn, "N Ctrl+F10", OverBack,
           "one instruction, over calls, INT and faults", "over", 9},
    KeyRow{time, "f Shift+F11", OutOn, "F", OutBack,
           "out of the kernel or the function; back to where it was entered", "", 0},
    KeyRow{time, "c F5", RunOn, "C Ctrl+F5", RunBack,
           "run until a breakpoint, a stop or a change of a watched value; "
           "else to the end",
           "run", 5},
    KeyRow{time, "Space", Play, "", None, "play event by event, and pause", "play", 10},
    KeyRow{time, "]", Faster, "[", Slower, "play faster, slower", "", 0},
    KeyRow{time, "Home", First, "End", Last, "first event, end of the run", "", 0},
    KeyRow{stops, "b F9", Break, "", None, "breakpoint at this instruction, or none", "break", 8},
    KeyRow{stops, "e", Stop, "", None,
           "stop at a kind of event: fault, gate, cr3, walk, syscall write; "
           "the same again takes "
           "it away",
           "", 0},
    KeyRow{stops, "w", Watch, "", None,
           "watch an expression: eax, jiffies, [esp + 4], phys [253130], pte "
           "804b000",
           "watch", 11},
    KeyRow{stops, "g", GoTo, "", None, "go to a moment: 41  41.3  insn:4811  key:sys1/write  50%",
           "", 0},
    KeyRow{stops, "/", Find, "", None, "find text in keys and sentences of the story", "find", 12},
    KeyRow{stops, "}", NextHit, "{", LastHit, "the next place found, the one before", "", 0},
    KeyRow{stops, "m", Mark, "'", ToMark, "with a letter: mark this moment; go to a mark", "", 0},
    KeyRow{stops, "d", Compare, "", None,
           "stars show what differs from mark a, not from the last step; "
           "again: as before",
           "", 0},
    KeyRow{stops, "t", Split, "", None,
           "the same program under the other split, at the event with the same "
           "key",
           "other split", 2},
    KeyRow{panel, "0", All, "", None, "all panels again", "", 0},
    KeyRow{panel, "Esc", Escape, "", None,
           "pause; close the line, the answer or the help; all panels again", "", 0},
    KeyRow{panel, "Tab", NextPanel, "Shift+Tab", LastPanel, "the next panel, the one before, alone",
           "", 0},
    KeyRow{panel, "PageDown Down", ScrollDown, "PageUp Up", ScrollUp,
           "scroll the panel under the mouse; the wheel does, too, and over "
           "code and story it "
           "moves in time",
           "", 0},
    KeyRow{panel, "z", Recentre, "", None, "show what is about to happen again, after scrolling",
           "", 0},
    KeyRow{panel, "Ctrl+C", Copy, "", None,
           "copy the panel under the mouse, or the one alone, or all, as text", "", 0},
    KeyRow{window, "F12", Picture, "", None,
           "a picture of this moment and its text: ringside-EVENT.png and .txt", "", 0},
    KeyRow{window, "Ctrl+= Ctrl++", Larger, "Ctrl+-", Smaller, "larger, smaller", "", 0},
    KeyRow{window, "Ctrl+0", OwnSize, "", None, "as large as it was", "", 0},
    KeyRow{window, "Ctrl+T", Theme, "", None, "theme: light, dark, high contrast", "", 0},
    KeyRow{window, ":", Line, "", None, "a command in words; 'help' lists them", "command", 7},
    KeyRow{window, "? F1", Help, "", None, "help, and back", "help", 0},
    KeyRow{window, "q", Leave, "", None, "leave", "", 0},
};

// Calls `see` with each key of a list.
template <class See>
void each_key(std::string_view keys, See const& see) {
    while (!keys.empty()) {
        std::size_t const blank = keys.find(' ');
        see(keys.substr(0, blank));
        keys.remove_prefix(blank == std::string_view::npos ? keys.size() : blank + 1);
    }
}

std::string cell(std::string_view keys) {
    std::string words;
    each_key(keys, [&](std::string_view key) {
        words += fmt::format("{}`{}`", words.empty() ? "" : " ", key);
    });
    return words;
}

} // namespace

std::span<KeyRow const> key_rows() {
    return rows;
}

std::optional<Command> command_of(std::string_view key) {
    std::optional<Command> found;
    for (KeyRow const& row : rows) {
        each_key(row.keys, [&](std::string_view each) {
            found = each == key ? std::optional{row.command} : found;
        });
        each_key(row.back_keys, [&](std::string_view each) {
            found = each == key ? std::optional{row.back} : found;
        });
    }
    return found;
}

std::string keys_document() {
    std::string text;
    std::string_view group;
    for (KeyRow const& row : rows) {
        if (row.group != group) {
            group = row.group;
            text += fmt::format("{}### {}\n\n| key | back | does |\n|---|---|---|\n",
                                text.empty() ? "" : "\n", group);
        }
        text += fmt::format("| {} | {} | {} |\n", cell(row.keys), cell(row.back_keys), row.does);
    }
    text += "\n### One panel alone, and in full\n\n| key | panel | shows "
            "|\n|---|---|---|\n";
    for (Panel const& each : panels()) {
        text += fmt::format("| `{}` | {} | {} |\n", each.key, each.name, each.sentence);
    }
    return text;
}

} // namespace ringside::sheets
