#pragma once
// One ImGui context with our fonts, and the pixels it was last drawn to. No display is involved.
#include "ui/window/picture.hpp"
#include "ui/window/rasteriser.hpp"
#include "ui/window/screen.hpp"

#include <memory>

struct ImGuiContext;

namespace ringside::window {

// Throws HostError for a size or scale that no window can have.
void check_look(Look const& look);

class Canvas {
public:
    explicit Canvas(Look const& look);
    Canvas(Canvas const&) = delete;
    Canvas(Canvas&&) = delete;
    Canvas& operator=(Canvas const&) = delete;
    Canvas& operator=(Canvas&&) = delete;
    ~Canvas();

    void set_look(Look const& look) { look_ = look; }
    [[nodiscard]] Look const& look() const { return look_; }

    // Draws a frame. Input, if any, was put into ImGui's IO before.
    ScreenResult draw(view::MachineView const& now, view::MachineView const& before,
                      ScreenState& state);
    // A picture of one sheet, as wide and high as it needs; of a very long one the first rows, and
    // how many are missing.
    void draw(sheets::Sheet sheet);
    [[nodiscard]] Pixels const& pixels() const { return pixels_; }

private:
    void load(float scale);
    template <class Content>
    void frame(Content const& content);

    Look look_;
    float loaded_scale_ = 0; // of the fonts
    ImGuiContext* context_;
    Fonts fonts_;
    Atlas atlas_;
    Pixels pixels_;
};

} // namespace ringside::window
