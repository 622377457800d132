#pragma once
// The window's pixels without a display: the same sheets, layout, fonts and rasteriser as the
// window uses, so that the same moment gives the same bytes on every machine with the same fonts.
#include "core/view/cockpit.hpp"
#include "ui/sheets/sheet.hpp"
#include "ui/window/picture.hpp"

#include <vector>

namespace ringside::window {

// A PNG file's bytes. Throws HostError when the look is impossible (size, scale, unknown view).
[[nodiscard]] std::vector<u8> shot(view::Cockpit& cockpit, Look const& look);
// The same of a view made by hand.
[[nodiscard]] std::vector<u8> shot(view::MachineView const& now, view::MachineView const& before,
                                   Look const& look);

// One sheet alone, as large as it needs.
[[nodiscard]] std::vector<u8> picture_of(sheets::Sheet sheet);

} // namespace ringside::window
