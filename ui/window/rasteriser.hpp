#pragma once
// Draws Dear ImGui's triangles on the CPU. No display, no graphics driver, integer edges: the same
// draw list gives the same bytes everywhere, which is what golden pictures need; and it is quicker
// than OpenGL emulated in software.
#include "core/x86/integers.hpp"

#include <vector>

struct ImDrawData;

namespace ringside::window {

struct Pixels {
    int width = 0;
    int height = 0;
    std::vector<u32> rgba; // bytes R G B A in memory order
    void resize(int new_width, int new_height);
};

// The font atlas: one byte of coverage a texel.
struct Atlas {
    int width = 0;
    int height = 0;
    unsigned char const* coverage = nullptr;
};

void rasterise(Pixels& pixels, Atlas const& atlas, ImDrawData const& draw);

} // namespace ringside::window
