#include "ui/text/text_of.hpp"

namespace ringside::text {

namespace {

char edge(sheets::Row const& row) {
    if (row.stripe == 3) {
        return 'o';
    }
    return row.stripe == 0 ? '#' : '\0';
}

} // namespace

std::string paint(sheets::Sheet const& sheet) {
    std::string out;
    if (!sheet.title.empty()) {
        out += "== " + sheet.title;
        out += sheet.about.empty() ? "" : ": " + sheet.about;
        out += sheet.note.empty() ? "" : "  (" + sheet.note + ")";
        out += '\n';
    }
    for (sheets::Row const& row : sheet.rows) {
        std::string line;
        if (char const glyph = edge(row); glyph != '\0') {
            line += glyph;
        }
        for (sheets::Span const& span : row.spans) {
            line += span.text;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

} // namespace ringside::text
