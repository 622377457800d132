// The code: C source and the instructions it became, user and kernel in one stream, with a rule
// where control crossed a gate. Ring 3 has 'o' at its edge, ring 0 has '#'.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace ringside::sheets {

namespace {

using view::CodeKind;
using view::CodeLine;

Row source_row(CodeLine const& code, PanelState const& state) {
    Line line;
    line.put(fmt::format("{:>5} ", code.line), Role::Dim);
    line.put(fit(code.text, state.width - std::min<std::size_t>(state.width, 7)),
             code.now ? Role::Heading : Role::Source);
    return line.done();
}

// Where there is no room, sizes of memory operands go before operands do: a register beside one, or
// the mnemonic, says most of them.
std::string without_sizes(std::string text) {
    for (std::string_view const size : {"dword ptr ", "qword ptr ", "word ptr ", "byte ptr "}) {
        for (std::size_t at = text.find(size); at != std::string::npos; at = text.find(size, at)) {
            text.erase(at, size.size());
        }
    }
    return text;
}

Row instruction_row(CodeLine const& code, PanelState const& state, unsigned digits) {
    Line line;
    line.put(code.breakpoint ? "B" : " ", Role::Fault).put(code.now ? ">" : " ", Role::Now);
    line.put(" ").put(address(code.address, digits), Role::Dim).put("  ");
    std::size_t const left = state.width > line.column() ? state.width - line.column() : 0;
    std::size_t const note = code.note.empty() ? 0 : columns(code.note) + 1;
    std::size_t const room = left > note ? left - note : left;
    bool const fits = columns(code.text) <= room;
    line.put(fit(fits ? code.text : without_sizes(code.text), room), Role::Normal);
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

// Fits the stream into `height` rows: the way here stays on top (the interrupted contexts and the
// running function's name), and of the function the rows around the focus.
void crop(Sheet& sheet, std::size_t pinned, std::size_t height) {
    if (height == 0 || sheet.rows.size() <= height || sheet.focus < 0) {
        return;
    }
    auto const focus = static_cast<std::size_t>(sheet.focus);
    std::vector<Row> kept;
    if (pinned > height / 2) { // too deep: the crossings tell the way
        for (std::size_t at = 0; at < pinned; ++at) {
            bool const last = at + 1 == pinned;
            if (last || sheet.rows[at].kind == RowKind::Rule) {
                kept.push_back(std::move(sheet.rows[at]));
            }
        }
    } else {
        kept.assign(
            std::make_move_iterator(sheet.rows.begin()),
            std::make_move_iterator(sheet.rows.begin() + static_cast<std::ptrdiff_t>(pinned)));
    }
    std::size_t const room = height > kept.size() ? height - kept.size() : 1;
    std::size_t const above = std::min(focus - pinned, room * 2 / 3);
    std::size_t const last = std::min(sheet.rows.size(), focus - above + room);
    std::size_t const first = std::max(pinned, last > room ? last - room : 0);
    sheet.focus = static_cast<int>(kept.size() + focus - first);
    for (std::size_t at = first; at < last; ++at) {
        kept.push_back(std::move(sheet.rows[at]));
    }
    sheet.rows = std::move(kept);
}

} // namespace

Sheet code_sheet(View const& now, View const& /*before*/, PanelState const& state) {
    Sheet sheet;
    sheet.name = "code";
    sheet.title = "CODE";
    sheet.about = "user and kernel, one stream";
    unsigned const digits = now.is_64_bit() ? 16 : 8;
    std::size_t pinned = 0; // rows down to the running function's name
    for (CodeLine const& code : now.code) {
        if (code.now && code.kind == CodeKind::Instruction) {
            sheet.focus = static_cast<int>(sheet.rows.size());
            sheet.note = code.ring == 3 ? "ring 3 o" : "ring 0 #";
        }
        Row row = row_of(code, state, digits);
        row.stripe = code.kind == CodeKind::Crossing ? 0xff : code.ring;
        sheet.rows.push_back(std::move(row));
        if (code.kind == CodeKind::Function) {
            pinned = sheet.rows.size();
        }
    }
    if (sheet.focus < 0) { // no instruction is the next one: its page is not there, say
        sheet.focus = static_cast<int>(sheet.rows.size());
        sheet.rows.push_back(
            Line{}.at(1).put("No instruction can be read at this address.", Role::Dim).done());
    }
    crop(sheet, pinned, state.height);
    return sheet;
}

} // namespace ringside::sheets
