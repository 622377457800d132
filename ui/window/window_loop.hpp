#pragma once
// The loop of the window: waits for input without using the processor, hands it to the actions and
// draws when something changed.
#include "ui/window/actions.hpp"
#include "ui/window/canvas.hpp"
#include "ui/window/sdl_surface.hpp"

#include <deque>

union SDL_Event;

namespace ringside::window {

class WindowLoop {
public:
    explicit WindowLoop(Actions& actions);
    void run();

private:
    void handle(SDL_Event const& event);
    void key(int key_code, unsigned modifiers);
    void give_out(); // what was copied or is to be a picture
    [[nodiscard]] bool wait(SDL_Event& event);
    void wheel(float lines);
    void apply_click();
    void draw();
    void save_picture();

    Actions& actions_;
    Canvas canvas_;
    SdlSurface surface_;
    std::deque<bool> clicks_; // transitions of the mouse button; one a frame, so that none is lost
    std::string hovered_;
    u32 next_play_ = 0; // SDL's milliseconds
    bool dirty_ = true;
    bool closed_ = false;
};

} // namespace ringside::window
