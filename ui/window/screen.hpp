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
    std::string command; // the `:` line as far as it is typed
    bool typing = false; // the `:` line is open
    std::string message; // answer of the last command; may have several lines
};

struct ScreenResult {
    std::optional<u64> go_to_event;
    std::string hovered; // the panel under the mouse
};

// Draws into the current ImGui frame, which is `width` x `height` pixels.
ScreenResult draw_screen(view::MachineView const& now, view::MachineView const& before,
                         ScreenState& state, Fonts const& fonts, Look const& look);

} // namespace ringside::window
