// The window's pixels without a display.
#include "core/host_error.hpp"
#include "tests/ui/golden_file.hpp"
#include "tests/ui/png_compare.hpp"
#include "tests/ui/sample_view.hpp"
#include "ui/window/fonts.hpp"
#include "ui/window/rasteriser.hpp"
#include "ui/window/shot.hpp"
#include "ui/window/theme.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace ringside;
using tests::decode;
using tests::Decoded;
using tests::difference;

namespace {

std::string picture(window::Look const& look) {
    std::vector<u8> const bytes =
        window::shot(tests::sample_view(), tests::sample_view_before(), look);
    return {bytes.begin(), bytes.end()};
}

double luminance(window::Packed colour) {
    auto part = [&](unsigned shift) {
        double const value = static_cast<double>(colour >> shift & 255U) / 255;
        return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(0) + 0.7152 * part(8) + 0.0722 * part(16);
}

double contrast(window::Packed a, window::Packed b) {
    double const high = std::max(luminance(a), luminance(b));
    double const low = std::min(luminance(a), luminance(b));
    return (high + 0.05) / (low + 0.05);
}

} // namespace

TEST_CASE("picture: the same moment gives the same bytes") {
    window::Look look;
    look.width = 1000;
    look.height = 700;
    CHECK(picture(look) == picture(look));
    window::Look dark = look;
    dark.theme = window::Theme::Dark;
    CHECK(picture(look) != picture(dark));
}

TEST_CASE("picture: the whole window and one panel alone look as in the golden pictures") {
    window::FontFiles const fonts = window::font_files();
    if (fonts.mono.find("JetBrainsMono") == std::string::npos ||
        fonts.title.find("Inter") == std::string::npos) {
        MESSAGE("skipped: the golden pictures were made with JetBrains Mono and Inter, which are "
                "not installed here");
        return;
    }
    for (char const* view : {"all", "walk", "gate"}) {
        window::Look look;
        look.view = view;
        std::string const now = picture(look);
        std::string const then = tests::golden(std::string{"sample-"} + view + ".png", now);
        INFO(view);
        CHECK(difference(decode(now), decode(then)) < 0.002);
    }
}

TEST_CASE("picture: size and scale are what was asked for, and impossible ones are refused") {
    window::Look look;
    look.width = 720;
    look.height = 450;
    look.scale = 0.5F;
    Decoded const small = decode(picture(look));
    CHECK(small.width == 720);
    CHECK(small.height == 450);
    look.scale = 0;
    CHECK_THROWS_AS(picture(look), HostError);
    look.scale = 1;
    look.width = 0;
    CHECK_THROWS_AS(picture(look), HostError);
    look.width = 1U << 20U;
    CHECK_THROWS_AS(picture(look), HostError);
    look.width = 800;
    look.view = "no such view";
    CHECK_THROWS_AS(picture(look), HostError);
}

TEST_CASE("theme: every role can be read on every background that it stands on") {
    for (auto const theme : {window::Theme::Light, window::Theme::Dark, window::Theme::Contrast}) {
        window::Palette const& colours = window::palette(theme);
        for (std::size_t role = 0; role < window::role_count; ++role) {
            auto const meaning = static_cast<sheets::Role>(role);
            double const least = meaning == sheets::Role::Link ? 3.0 : 4.5;
            bool const now = meaning == sheets::Role::Now;
            INFO("theme ", static_cast<int>(theme), " role ", role);
            CHECK(contrast(colours.roles[role], now ? colours.now_bar : colours.panel) >= least);
        }
    }
}
