#include "ui/window/sdl_surface.hpp"

#include "core/host_error.hpp"

#include <SDL2/SDL.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace ringside::window {

namespace {

constexpr int tile_width = 64;
constexpr int tile_height = 32;

std::size_t at(Pixels const& pixels, int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(pixels.width) +
           static_cast<std::size_t>(x);
}

bool differ(Pixels const& a, Pixels const& b, SDL_Rect const& tile) {
    for (int y = tile.y; y < tile.y + tile.h; ++y) {
        u32 const* const row = a.rgba.data() + at(a, tile.x, y);
        if (!std::equal(row, row + tile.w, b.rgba.data() + at(b, tile.x, y))) {
            return true;
        }
    }
    return false;
}

void copy(Pixels const& pixels, SDL_Rect const& tile, SDL_Surface& to) {
    for (int y = tile.y; y < tile.y + tile.h; ++y) {
        u32 const* const from = pixels.rgba.data() + at(pixels, tile.x, y);
        auto* const row =
            static_cast<u8*>(to.pixels) + y * to.pitch + tile.x * to.format->BytesPerPixel;
        SDL_ConvertPixels(tile.w, 1, SDL_PIXELFORMAT_RGBA32, from, tile.w * 4, to.format->format,
                          row, to.pitch);
    }
}

} // namespace

SdlSurface::SdlSurface(std::string const& title, unsigned width, unsigned height)
    : window_{nullptr} {
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        throw HostError{std::string{"no window: "} + SDL_GetError()};
    }
    window_ =
        SDL_CreateWindow(title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                         static_cast<int>(width), static_cast<int>(height), SDL_WINDOW_RESIZABLE);
    if (window_ == nullptr) {
        std::string const why = SDL_GetError();
        SDL_Quit();
        throw HostError{"no window: " + why};
    }
    SDL_SetWindowMinimumSize(window_, 640, 400);
}

SdlSurface::~SdlSurface() {
    SDL_DestroyWindow(window_);
    SDL_Quit();
}

void SdlSurface::set_title(std::string const& title) {
    SDL_SetWindowTitle(window_, title.c_str());
}

unsigned SdlSurface::width() const {
    int width = 0;
    SDL_GetWindowSize(window_, &width, nullptr);
    return static_cast<unsigned>(std::max(width, 320));
}

unsigned SdlSurface::height() const {
    int height = 0;
    SDL_GetWindowSize(window_, nullptr, &height);
    return static_cast<unsigned>(std::max(height, 200));
}

void SdlSurface::forget() {
    shown_ = {};
}

void SdlSurface::present(Pixels const& pixels) {
    SDL_Surface* const surface = SDL_GetWindowSurface(window_);
    if (surface == nullptr) {
        return; // the window is being taken away
    }
    bool const all = shown_.width != pixels.width || shown_.height != pixels.height;
    int const wide = std::min(pixels.width, surface->w);
    int const high = std::min(pixels.height, surface->h);
    std::vector<SDL_Rect> changed;
    for (int y = 0; y < high; y += tile_height) {
        for (int x = 0; x < wide; x += tile_width) {
            SDL_Rect const tile{x, y, std::min(tile_width, wide - x),
                                std::min(tile_height, high - y)};
            if (all || differ(pixels, shown_, tile)) {
                copy(pixels, tile, *surface);
                changed.push_back(tile);
            }
        }
    }
    if (!changed.empty()) {
        SDL_UpdateWindowSurfaceRects(window_, changed.data(), static_cast<int>(changed.size()));
    }
    shown_ = pixels;
}

} // namespace ringside::window
