#pragma once
// The two fonts: one with equal widths for everything that has columns, one for titles. They are
// files of Debian packages, looked up in order; without any, Dear ImGui's own bitmap font is used.
#include <string>
#include <vector>

struct ImFont;

namespace ringside::window {

struct Fonts {
    ImFont* mono = nullptr;
    ImFont* bold = nullptr;
    ImFont* title = nullptr;
};

// Into the current ImGui context's atlas, for a whole-window scale.
Fonts load_fonts(float scale);

// The files that would be used, "built-in" where none is found; for `ringside doctor`.
struct FontFiles {
    std::string mono;
    std::string bold;
    std::string title;
};
[[nodiscard]] FontFiles font_files();

} // namespace ringside::window
