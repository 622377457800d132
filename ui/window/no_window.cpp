// Built without SDL2: pictures and text stay, there is no window.
#include "core/host_error.hpp"
#include "ui/window/open_window.hpp"

namespace ringside::window {

bool can_open(std::string& why) {
    why = "this build has no window: SDL2 was missing (libsdl2-dev)";
    return false;
}

int open_window(OpenSplit const& /*open*/, OpenOptions const& /*options*/) {
    throw HostError{"this build has no window: install libsdl2-dev and build again"};
}

} // namespace ringside::window
