#pragma once
// The window on a display. Returns when it is closed.
#include "core/machine_config.hpp"
#include "core/view/subject.hpp"
#include "ui/window/picture.hpp"

#include <functional>
#include <optional>
#include <string>

namespace ringside::window {

// Records the program under a split; `t` calls it. Throws HostError when that split has no kernel.
using OpenSplit = std::function<view::Subject(Split)>;

struct OpenOptions {
    Split split = Split::ThreeOne;
    std::optional<std::string> at; // WHEN to begin at; else the first system call, or the start
    Look look;
};

// False when there is no display to open a window on (SDL's own reason in `why`); a caller then
// shows text instead. Throws HostError for a bad WHEN or a look that is impossible.
[[nodiscard]] bool can_open(std::string& why);
// Exit status 0.
int open_window(OpenSplit const& open, OpenOptions const& options);

} // namespace ringside::window
