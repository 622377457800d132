#pragma once
// Rectangles on the screen, in pixels from the left top.

namespace ringside::window {

struct Box {
    float left = 0;
    float top = 0;
    float right = 0;
    float bottom = 0;
    [[nodiscard]] float width() const { return right - left; }
    [[nodiscard]] float height() const { return bottom - top; }
};

// Sizes of a letter cell at this scale, in pixels.
struct Cell {
    float width = 0;
    float height = 0;
};

} // namespace ringside::window
