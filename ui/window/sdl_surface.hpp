#pragma once
// An SDL window and its surface. Only the tiles that changed are sent to the display: a step
// changes a tenth of the pixels, which matters over a network. SDL itself sees no OpenGL.
#include "ui/window/rasteriser.hpp"

#include <string>

struct SDL_Window;

namespace ringside::window {

class SdlSurface {
public:
    // Throws HostError when SDL cannot open a window.
    SdlSurface(std::string const& title, unsigned width, unsigned height);
    SdlSurface(SdlSurface const&) = delete;
    SdlSurface(SdlSurface&&) = delete;
    SdlSurface& operator=(SdlSurface const&) = delete;
    SdlSurface& operator=(SdlSurface&&) = delete;
    ~SdlSurface();

    void set_title(std::string const& title);
    [[nodiscard]] unsigned width() const;
    [[nodiscard]] unsigned height() const;
    void present(Pixels const& pixels);
    void forget(); // what is on the display was lost: the next `present` sends all

private:
    SDL_Window* window_;
    Pixels shown_;
};

} // namespace ringside::window
