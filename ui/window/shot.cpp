#include "ui/window/shot.hpp"

#include "core/host_error.hpp"
#include "ui/window/canvas.hpp"
#include "ui/window/png_file.hpp"

#include <png.h>

namespace ringside::window {

std::vector<u8> png_of(Pixels const& pixels) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(pixels.width);
    image.height = static_cast<png_uint_32>(pixels.height);
    // The window is opaque, and a picture without alpha is smaller.
    std::vector<u8> rgb;
    rgb.reserve(pixels.rgba.size() * 3);
    for (u32 const pixel : pixels.rgba) {
        rgb.push_back(static_cast<u8>(pixel));
        rgb.push_back(static_cast<u8>(pixel >> 8U));
        rgb.push_back(static_cast<u8>(pixel >> 16U));
    }
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::vector<u8> file(size);
    if (png_image_write_to_memory(&image, file.data(), &size, 0, rgb.data(), 0, nullptr) == 0) {
        throw HostError{std::string{"the picture cannot be written: "} + image.message};
    }
    file.resize(size);
    return file;
}

std::vector<u8> shot(view::MachineView const& now, view::MachineView const& before,
                     Look const& look) {
    check_look(look);
    Canvas canvas{look};
    ScreenState state;
    state.view = look.view;
    canvas.draw(now, before, state);
    return png_of(canvas.pixels());
}

std::vector<u8> picture_of(sheets::Sheet sheet) {
    Canvas canvas{Look{}};
    canvas.draw(std::move(sheet));
    return png_of(canvas.pixels());
}

std::vector<u8> shot(view::Cockpit& cockpit, Look const& look) {
    return shot(cockpit.now(), cockpit.before(), look);
}

} // namespace ringside::window
