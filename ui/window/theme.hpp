#pragma once
// Colours by meaning. Okabe-Ito's hues, darkened or lightened until text has a contrast of 4.5 : 1;
// no meaning stands on colour alone (ui/sheets/sheet.hpp).
#include "ui/sheets/sheet.hpp"
#include "ui/window/picture.hpp"

#include <array>

namespace ringside::window {

using Packed = u32; // ImU32: bytes R G B A in memory order

inline constexpr std::size_t role_count = static_cast<std::size_t>(sheets::Role::Hatched) + 1;

struct Palette {
    Packed background; // of the window
    Packed panel;
    Packed border;
    Packed focus;     // border of the panel with the keyboard
    Packed title_bar; // of a panel
    Packed now_bar;   // the row that is about to happen
    Packed rule_bar;  // gate rules, headings in a panel
    std::array<Packed, role_count> roles;
    [[nodiscard]] Packed of(sheets::Role role) const {
        return roles[static_cast<std::size_t>(role)];
    }
};

[[nodiscard]] Palette const& palette(Theme theme);

} // namespace ringside::window
