#pragma once
// Draws one sheet into a rectangle of the current ImGui window. It adds nothing that the sheet does
// not say: rows become lines of equal-width letters, joints between tables become arrows.
#include "ui/sheets/sheet.hpp"
#include "ui/window/box.hpp"
#include "ui/window/fonts.hpp"
#include "ui/window/theme.hpp"

#include <map>
#include <optional>
#include <vector>

struct ImDrawList;

namespace ringside::window {

class SheetPainter {
public:
    SheetPainter(Fonts const& fonts, Palette const& palette, float scale);

    [[nodiscard]] Cell cell() const { return cell_; }
    // Columns and rows that fit a panel's inside.
    [[nodiscard]] std::size_t columns(Box const& box) const;
    [[nodiscard]] std::size_t rows(Box const& box) const;

    struct Hit {
        std::string tip;       // under the mouse
        std::optional<u64> go; // clicked: an event
    };
    // `scroll` is the first row shown; it is moved so that it stays within the sheet, and to the
    // sheet's focus when `follow`.
    Hit paint(sheets::Sheet const& sheet, Box const& box, float& scroll, bool follow) const;
    // Frame and title bar of a panel, and what they leave inside. The key is always there; what a
    // narrow bar has no room for is left out: of the note part by part, then of the words.
    [[nodiscard]] Box inside(Box const& box) const;
    [[nodiscard]] float bar_height() const;   // of the title
    [[nodiscard]] float frame_height() const; // of a panel without rows
    // True when its title bar was clicked.
    [[nodiscard]] bool frame(sheets::Sheet const& sheet, Box const& box, char key,
                             bool focused) const;

private:
    void paint_row(ImDrawList& list, sheets::Row const& row, Box const& line, Hit& hit,
                   std::map<int, Box>& tags) const;
    void paint_arrow(ImDrawList& list, Box const& from, Box const& to, Packed colour) const;
    [[nodiscard]] float row_height(sheets::Row const& row) const;
    [[nodiscard]] float title_width(std::string const& text) const;
    // The text, or as many of its words as fit and an ellipsis, or nothing.
    [[nodiscard]] std::string fit_title(std::string text, float width) const;

    Fonts const& fonts_;
    Palette const& palette_;
    float scale_;
    Cell cell_;
};

} // namespace ringside::window
