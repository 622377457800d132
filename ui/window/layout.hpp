#pragma once
// Where each panel stands, for a stage of any size. A pure function of sizes, so that the panels
// stay where they are while time moves. What counts is how many letters fit, not pixels: a window
// of 1440x900 at scale 1.5 is laid out like one of 960x600.
//
//   four columns    code, cpu | walk, gate | address, tlb | stack    from 290 letters and 48 rows
//   three columns   code, cpu | walk, gate | address, stack, tlb     from 150 letters and 22 rows
//   two columns     code, cpu | walk, gate                           from 108 letters and 22 rows
//   one pair        code | the panel that tells most of the moment   anything smaller
//
// A panel without a place is folded: its title bar, with its key, stands in a row at the bottom and
// opens by a click or its key. So does one for which its column is too low.
#include "ui/window/box.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace ringside::window {

struct LayoutSizes {
    Cell cell;
    float bar = 0;           // a panel's height without rows: title bar and edges
    float gap = 0;           // between panels
    unsigned digits = 8;     // of a linear address in hex
    std::size_t watched = 0; // rows of the watch panel; 0: it has nothing to show and no place
    unsigned levels = 2;     // of page tables: a walk has a row for each
};

struct Place {
    std::string_view panel;
    Box box;
    bool folded = false;
};

// Every panel but `story` once, and `watch` only where it has something to
// show. `lead` is the panel that tells most of the moment ("walk", "gate").
[[nodiscard]] std::vector<Place> lay_out(Box const& stage, LayoutSizes const& sizes,
                                         std::string_view lead);

// Rows of the story for a window of so many letter rows: 6, or fewer lanes in a low one.
[[nodiscard]] std::size_t story_rows(std::size_t rows);

} // namespace ringside::window
