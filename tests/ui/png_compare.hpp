#pragma once
// Pictures as numbers, for golden tests.
#include "core/x86/integers.hpp"

#include <cstdlib>
#include <png.h>
#include <string>
#include <vector>

namespace ringside::tests {

struct Decoded {
    unsigned width = 0;
    unsigned height = 0;
    std::vector<u8> rgb;
};

inline Decoded decode(std::string const& file) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    Decoded decoded;
    if (png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0) {
        return decoded;
    }
    image.format = PNG_FORMAT_RGB;
    decoded.width = image.width;
    decoded.height = image.height;
    decoded.rgb.resize(PNG_IMAGE_SIZE(image));
    png_image_finish_read(&image, nullptr, decoded.rgb.data(), 0, nullptr);
    return decoded;
}

// Share of the bytes that differ by more than a tenth.
inline double difference(Decoded const& a, Decoded const& b) {
    if (a.width != b.width || a.height != b.height || a.rgb.empty()) {
        return 1;
    }
    std::size_t count = 0;
    for (std::size_t at = 0; at < a.rgb.size(); ++at) {
        count += std::abs(int{a.rgb[at]} - int{b.rgb[at]}) > 25 ? 1U : 0U;
    }
    return static_cast<double>(count) / static_cast<double>(a.rgb.size());
}

} // namespace ringside::tests
