// The code: C source and the instructions it became, user and kernel in one stream, with a rule
// where control crossed a gate. Ring 3 has 'o' at its edge, ring 0 has '#'.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::sheets {

namespace {

using view::CodeKind;
using view::CodeLine;

Row source_row(CodeLine const& code, PanelState const& state) {
    Line line;
    line.put(fmt::format("{:>5} ", code.line), Role::Dim);
    line.put(fit(code.text, state.width - std::min<std::size_t>(state.width, 7)), Role::Source);
    return line.done();
}

Row instruction_row(CodeLine const& code, PanelState const& state, unsigned digits) {
    Line line;
    line.put(code.breakpoint ? "B" : " ", Role::Fault).put(code.now ? ">" : " ", Role::Now);
    line.put(" ").put(address(code.address, digits), Role::Dim).put("  ");
    std::size_t const left = state.width > line.column() ? state.width - line.column() : 0;
    std::size_t const note = code.note.empty() ? 0 : columns(code.note) + 1;
    line.put(fit(code.text, left > note ? left - note : left), Role::Normal);
    if (note != 0 && left > note) {
        line.put(" ").put(code.note, Role::Dim);
    }
    return line.done(code.now ? RowKind::Now : RowKind::Plain);
}

Row function_row(CodeLine const& code, PanelState const& state) {
    Line line;
    line.put(" ").put(fit(code.text, state.width - 4), ring_role(code.ring));
    std::size_t const left = state.width > line.column() + 3 ? state.width - line.column() - 3 : 0;
    if (columns(code.note) <= left) {
        line.right(code.note, state.width - 1, Role::Dim);
    }
    return line.done(RowKind::Heading);
}

Row crossing_row(CodeLine const& code, PanelState const& state) {
    std::string text = "== " + code.text + " ";
    while (columns(text) + 1 < state.width) {
        text += '=';
    }
    return Line{}.put(fit(text, state.width), Role::Heading).done(RowKind::Rule);
}

Row row_of(CodeLine const& code, PanelState const& state, unsigned digits) {
    switch (code.kind) {
    case CodeKind::Source:
        return source_row(code, state);
    case CodeKind::Function:
        return function_row(code, state);
    case CodeKind::Crossing:
        return crossing_row(code, state);
    case CodeKind::Instruction:
        break;
    }
    return instruction_row(code, state, digits);
}

// Keeps `height` rows: those around the focus, two thirds of them above it.
void crop(Sheet& sheet, std::size_t height) {
    if (height == 0 || sheet.rows.size() <= height || sheet.focus < 0) {
        return;
    }
    auto const focus = static_cast<std::size_t>(sheet.focus);
    std::size_t const above = std::min(focus, height * 2 / 3);
    std::size_t const first = std::min(focus - above, sheet.rows.size() - height);
    auto const begin = sheet.rows.begin() + static_cast<std::ptrdiff_t>(first);
    sheet.rows = {begin, begin + static_cast<std::ptrdiff_t>(height)};
    sheet.focus -= static_cast<int>(first);
}

} // namespace

Sheet code_sheet(View const& now, View const& /*before*/, PanelState const& state) {
    Sheet sheet;
    sheet.name = "code";
    sheet.title = "CODE";
    sheet.about = "user and kernel, one stream";
    unsigned const digits = now.is_64_bit() ? 16 : 8;
    for (CodeLine const& code : now.code) {
        if (code.now && code.kind == CodeKind::Instruction) {
            sheet.focus = static_cast<int>(sheet.rows.size());
            sheet.note = code.ring == 3 ? "ring 3 o" : "ring 0 #";
        }
        Row row = row_of(code, state, digits);
        row.stripe = code.kind == CodeKind::Crossing ? 0xff : code.ring;
        sheet.rows.push_back(std::move(row));
    }
    if (sheet.rows.empty()) {
        sheet.rows.push_back(
            Line{}.at(1).put("No instruction can be read at this address.", Role::Dim).done());
    }
    crop(sheet, state.height);
    return sheet;
}

} // namespace ringside::sheets
