#include "ui/cli/comparison_sheet.hpp"

namespace ringside::cli {

namespace {

using sheets::Role;
using sheets::RowKind;
using story::LineKind;

Role role_of(LineKind kind) {
    switch (kind) {
    case LineKind::Heading:
        return Role::Heading;
    case LineKind::Left:
        return Role::Level3;
    case LineKind::Right:
        return Role::Level1;
    case LineKind::Folded:
        return Role::Dim;
    case LineKind::Words:
    case LineKind::Alike:
    case LineKind::Different:
        break;
    }
    return Role::Normal;
}

// "Frame {0x25b000|0x243000} now has 1 user": what is in braces differs.
void put_difference(sheets::Line& line, std::string_view text) {
    while (!text.empty()) {
        std::size_t const open = text.find('{');
        std::size_t const close = text.find('}', open == std::string_view::npos ? 0 : open);
        if (open == std::string_view::npos || close == std::string_view::npos) {
            break;
        }
        line.put(text.substr(0, open)).put(text.substr(open, close + 1 - open), Role::Changed);
        text.remove_prefix(close + 1);
    }
    line.put(text);
}

sheets::Row row_of(story::ToldLine const& told) {
    sheets::Line line;
    if (told.kind == LineKind::Different) {
        put_difference(line, told.text);
    } else {
        line.put(told.text, role_of(told.kind));
    }
    return line.done(told.kind == LineKind::Heading ? RowKind::Heading : RowKind::Plain);
}

} // namespace

sheets::Sheet comparison_sheet(story::Comparison const& comparison, story::Detail detail) {
    sheets::Sheet sheet;
    sheet.name = "compare";
    sheet.title = "COMPARE";
    auto const lines = story::told_lines(comparison, detail);
    sheet.about = lines.front().text; // "pages under 3g1g (left) and 4g4g (right)"
    for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
        sheet.rows.push_back(row_of(*line));
    }
    return sheet;
}

} // namespace ringside::cli
