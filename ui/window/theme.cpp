#include "ui/window/theme.hpp"

namespace ringside::window {

namespace {

constexpr Packed rgb(u32 hex) {
    return (hex >> 16U & 255U) | (hex & 0xff00U) | (hex & 255U) << 16U | 0xff000000U;
}

// In the order of sheets::Role.
constexpr Palette light{
    .background = rgb(0xeceef2),
    .panel = rgb(0xffffff),
    .border = rgb(0xc9ced8),
    .focus = rgb(0x0072b2),
    .title_bar = rgb(0xf3f5f8),
    .now_bar = rgb(0xfbf0a0),
    .rule_bar = rgb(0xe9edf3),
    .roles = {rgb(0x1d222b), // Normal
              rgb(0x687081), // Dim
              rgb(0x2b3a55), // Heading
              rgb(0x000000), // Now
              rgb(0x9b2c00), // Changed
              rgb(0xb04a00), // Ring0
              rgb(0x0067a3), // Ring3
              rgb(0x0067a3), // Read
              rgb(0x8a5a00), // Write
              rgb(0x6a4a9c), // Fetch
              rgb(0x00704d), // Passed
              rgb(0xa3276b), // Failed
              rgb(0xa3276b), // Fault
              rgb(0x0067a3), // Level1
              rgb(0xb04a00), // Level2
              rgb(0x00704d), // Level3
              rgb(0x6a4a9c), // Level4
              rgb(0x6e6100), // Offset
              rgb(0x2d4b7c), // Source
              rgb(0x1d222b), // Number
              rgb(0x8a93a5), // Link
              rgb(0x0b3d66), // Key
              rgb(0x8a5a00)} // Hatched
};

constexpr Palette dark{
    .background = rgb(0x12151a),
    .panel = rgb(0x1a1e25),
    .border = rgb(0x353c49),
    .focus = rgb(0x56b4e9),
    .title_bar = rgb(0x222831),
    .now_bar = rgb(0x5a5110),
    .rule_bar = rgb(0x272e39),
    .roles = {rgb(0xdde2ea), rgb(0x929cae), rgb(0xc3d0e6), rgb(0xfff3a0), rgb(0xffb27a),
              rgb(0xff9a52), rgb(0x6fc0f0), rgb(0x6fc0f0), rgb(0xe9b44c), rgb(0xc3a6f0),
              rgb(0x4fd1a5), rgb(0xf08fc4), rgb(0xf08fc4), rgb(0x6fc0f0), rgb(0xff9a52),
              rgb(0x4fd1a5), rgb(0xc3a6f0), rgb(0xd8cb5a), rgb(0xa9c3ee), rgb(0xdde2ea),
              rgb(0x6f7a8d), rgb(0xbfe0f7), rgb(0xe9b44c)},
};

constexpr Palette contrast{
    .background = rgb(0x000000),
    .panel = rgb(0x000000),
    .border = rgb(0xffffff),
    .focus = rgb(0xffff00),
    .title_bar = rgb(0x202020),
    .now_bar = rgb(0x6b6b00),
    .rule_bar = rgb(0x303030),
    .roles = {rgb(0xffffff), rgb(0xd0d0d0), rgb(0xffffff), rgb(0xffff66), rgb(0xffc080),
              rgb(0xffa060), rgb(0x80d0ff), rgb(0x80d0ff), rgb(0xffd060), rgb(0xd8c0ff),
              rgb(0x60ffc0), rgb(0xffa0e0), rgb(0xffa0e0), rgb(0x80d0ff), rgb(0xffa060),
              rgb(0x60ffc0), rgb(0xd8c0ff), rgb(0xffff80), rgb(0xc0d8ff), rgb(0xffffff),
              rgb(0xb0b0b0), rgb(0xffffff), rgb(0xffd060)},
};

} // namespace

Palette const& palette(Theme theme) {
    switch (theme) {
    case Theme::Dark:
        return dark;
    case Theme::Contrast:
        return contrast;
    case Theme::Light:
        break;
    }
    return light;
}

std::optional<Theme> parse_theme(std::string_view word) {
    if (word == "light") {
        return Theme::Light;
    }
    if (word == "dark") {
        return Theme::Dark;
    }
    if (word == "contrast") {
        return Theme::Contrast;
    }
    return std::nullopt;
}

} // namespace ringside::window
