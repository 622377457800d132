// The layout of the panels at every size that a window can have.
#include "tests/ui/sample_view.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/window/layout.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <set>
#include <string>

using namespace ringside;
using window::Box;
using window::Place;

namespace {

window::LayoutSizes sizes_at(float scale) {
    window::LayoutSizes sizes;
    sizes.cell = {6 * scale, 16 * scale};
    sizes.bar = 26 * scale;
    sizes.gap = 5 * scale;
    return sizes;
}

std::vector<Place> places(float width, float height, float scale, char const* lead = "walk",
                          std::size_t watched = 0) {
    Box const stage{5, 30, width - 5, height - 30};
    window::LayoutSizes sizes = sizes_at(scale);
    sizes.watched = watched;
    return window::lay_out(stage, sizes, lead);
}

bool overlap(Box const& a, Box const& b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

std::set<std::string> open(std::vector<Place> const& all) {
    std::set<std::string> names;
    for (Place const& place : all) {
        if (!place.folded) {
            names.emplace(place.panel);
        }
    }
    return names;
}

} // namespace

TEST_CASE("layout: at every size each panel has one place, on the stage and over no other") {
    for (float width = 320; width <= 4000; width += 92) {
        for (float height = 220; height <= 2300; height += 130) {
            for (float const scale : {0.5F, 1.0F, 1.5F, 2.0F, 3.0F}) {
                for (char const* lead : {"walk", "gate"}) {
                    std::size_t const watched = scale > 1 ? 5 : 0;
                    INFO(width, "x", height, " scale ", scale, " lead ", lead);
                    std::vector<Place> const all = places(width, height, scale, lead, watched);
                    std::set<std::string_view> names;
                    for (std::size_t at = 0; at < all.size(); ++at) {
                        Place const& place = all[at];
                        CHECK(names.insert(place.panel).second);
                        CHECK(sheets::find_panel(place.panel) != nullptr);
                        CHECK(place.box.left >= 5);
                        CHECK(place.box.right <= width - 5);
                        CHECK(place.box.bottom <= height - 30);
                        CHECK(place.box.width() > 0);
                        for (std::size_t other = 0; other < at; ++other) {
                            CHECK_FALSE(overlap(place.box, all[other].box));
                        }
                    }
                    // All but the story, and the watched values only when there are some.
                    CHECK(names.size() == sheets::panels().size() - (watched == 0 ? 2 : 1));
                    CHECK(names.contains("watch") == (watched != 0));
                    CHECK(open(all).contains("code"));
                    CHECK((open(all).contains("walk") || open(all).contains("gate")));
                }
            }
        }
    }
}

TEST_CASE("layout: the usual windows show what their size allows") {
    std::set<std::string> const seven{"code", "cpu", "walk", "gate", "address", "stack", "tlb"};
    CHECK(open(places(1440, 770, 1)) == seven);
    CHECK(open(places(1024, 570, 1)) == seven);
    CHECK(open(places(1920, 950, 1)) == seven);
    CHECK(open(places(3840, 1900, 2)) == seven);
    CHECK(open(places(800, 500, 1)) == std::set<std::string>{"code", "cpu", "walk", "gate"});
    CHECK(open(places(1440, 500, 2)) == std::set<std::string>{"code", "walk"});
    CHECK(open(places(1440, 770, 1, "walk", 4)).contains("watch"));
    CHECK(open(places(1440, 500, 2, "gate")) == std::set<std::string>{"code", "gate"});
}

TEST_CASE("layout: open panels have rows for what they are there for") {
    std::map<std::string_view, float> const least{{"code", 8}, {"cpu", 7},     {"walk", 9},
                                                  {"gate", 8}, {"address", 7}, {"stack", 5},
                                                  {"tlb", 3}};
    for (float const scale : {1.0F, 1.5F, 2.0F}) {
        for (auto const& size : {std::pair{1024, 570},
                                 {1280, 670},
                                 {1440, 770},
                                 {1440, 740},
                                 {1920, 950},
                                 {2560, 1310},
                                 {3840, 1900}}) {
            auto const wide = static_cast<float>(size.first);
            auto const high = static_cast<float>(size.second);
            for (Place const& place : places(wide, high, scale)) {
                INFO(size.first, "x", size.second, " scale ", scale, " ", place.panel);
                float const rows = (place.box.height() - 26 * scale) / (16 * scale);
                CHECK((place.folded || rows >= least.at(place.panel)));
            }
        }
    }
}
