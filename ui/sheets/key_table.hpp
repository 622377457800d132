#pragma once
// Every key of the window, once. The dispatcher (ui/window/actions), the line
// of keys at the bottom, the help panel and docs/window.md are made from this
// table.
#include "core/x86/integers.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ringside::sheets {

enum class Command : u8 {
    None,
    LineOn,
    LineBack,
    EventOn,
    EventBack,
    SceneOn,
    SceneBack,
    StepOn,
    StepBack,
    OverOn,
    OverBack,
    OutOn,
    OutBack,
    RunOn,
    RunBack,
    Play,
    Faster,
    Slower,
    First,
    Last,
    Break,
    Stop,
    Watch,
    GoTo,
    Find,
    NextHit,
    LastHit,
    Mark,
    ToMark,
    Compare,
    Split,
    All,
    NextPanel,
    LastPanel,
    ScrollDown,
    ScrollUp,
    Recentre,
    Help,
    Larger,
    Smaller,
    OwnSize,
    Theme,
    Copy,
    Picture,
    Line,
    Escape,
    Leave,
};

// One row of the help. Keys are separated by blanks; a letter is what is typed,
// others are named: "Shift+Right", "Ctrl+=", "F5", "Space", "Esc", "PageUp".
struct KeyRow {
    std::string_view group;
    std::string_view keys;
    Command command;
    std::string_view back_keys; // the same, backwards; or the other of a pair
    Command back;
    std::string_view does;
    std::string_view hint; // in the line at the bottom; empty: not there
    u8 hint_spare;         // hints of the highest number go first where there is no room
};
[[nodiscard]] std::span<KeyRow const> key_rows();

// The command of a key; none for a key that does nothing. Panels' digits are
// not here.
[[nodiscard]] std::optional<Command> command_of(std::string_view key);

// The table of docs/window.md.
[[nodiscard]] std::string keys_document();

} // namespace ringside::sheets
