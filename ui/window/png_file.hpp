#pragma once
// Pixels as the bytes of a PNG file.
#include "ui/window/rasteriser.hpp"

namespace ringside::window {

[[nodiscard]] std::vector<u8> png_of(Pixels const& pixels);

} // namespace ringside::window
