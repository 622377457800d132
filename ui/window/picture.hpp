#pragma once
// How the window looks, on a display or in a file.
#include "core/x86/integers.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ringside::window {

enum class Theme : u8 { Light, Dark, Contrast };
[[nodiscard]] std::optional<Theme> parse_theme(std::string_view word); // "light" "dark" "contrast"

struct Look {
    unsigned width = 1440; // pixels
    unsigned height = 900;
    float scale = 1.0F; // of everything; 0.75 to 3
    Theme theme = Theme::Light;
    std::string view = "all"; // or the name of one panel (ui/sheets/panels.hpp), alone and in full
};

} // namespace ringside::window
