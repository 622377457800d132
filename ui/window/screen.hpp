#pragma once
// The whole window as one picture of one moment: title, panels, story, narration, keys.
#include "core/view/machine_view.hpp"
#include "ui/window/picture.hpp"
#include "ui/window/sheet_painter.hpp"

#include <map>
#include <optional>
#include <string>

namespace ringside::window {

// What the student has set; not part of the moment.
struct ScreenState {
    std::string view = "all"; // or the one panel that is shown alone
    bool help = false;
    bool follow = true; // panels keep what is about to happen in sight
    std::map<std::string, float, std::less<>> scroll;
    char prompt = '\0';  // of the line that is open: ':' a command, '/' text to
                         // find; 0: none
    std::string command; // that line as far as it is typed
    std::string message; // answer of the last command; may have several lines
};

struct ScreenResult {
    std::optional<u64> go_to_event;
    std::string hovered; // the panel under the mouse
    std::string opened;  // the panel whose title bar was clicked: alone, or back to all
};

// Draws into the current ImGui frame, which is `width` x `height` pixels.
ScreenResult draw_screen(view::MachineView const& now, view::MachineView const& before,
                         ScreenState& state, Fonts const& fonts, Look const& look);

} // namespace ringside::window
