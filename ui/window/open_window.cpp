#include "ui/window/open_window.hpp"

#include "ui/window/actions.hpp"
#include "ui/window/canvas.hpp"
#include "ui/window/window_loop.hpp"

#include <SDL2/SDL.h>

namespace ringside::window {

bool can_open(std::string& why) {
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        why = SDL_GetError();
        return false;
    }
    // Without a display SDL takes one that nobody sees.
    std::string const driver = SDL_GetCurrentVideoDriver();
    SDL_Quit();
    if (driver == "offscreen" || driver == "dummy" || driver == "evdev") {
        why = "SDL found only its '" + driver + "' driver: is DISPLAY set?";
        return false;
    }
    return true;
}

int open_window(OpenSplit const& open, OpenOptions const& options) {
    check_look(options.look);
    Actions actions{open, options};
    WindowLoop{actions}.run();
    return 0;
}

} // namespace ringside::window
