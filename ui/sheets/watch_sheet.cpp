// What the student has set: watched values with what changed, breakpoints,
// stops at events, marks.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::sheets {

namespace {

constexpr std::size_t names = 9; // columns of what a row is

using Value = view::SettingsView::Value;

std::string value_before(View const& before, std::string const& text) {
    auto const& all = before.settings.watches;
    auto const old =
        std::find_if(all.begin(), all.end(), [&](Value const& each) { return each.text == text; });
    return old == all.end() ? std::string{} : old->value;
}

Row watch_row(Value const& watch, std::string const& old, PanelState const& state) {
    bool const changed = !old.empty() && old != watch.value;
    Line line;
    line.put(changed ? "*" : " ", Role::Changed).put("watch", Role::Heading).at(names);
    std::size_t const room = state.width > names + columns(watch.value) + 3
                                 ? state.width - names - columns(watch.value) - 3
                                 : 1;
    line.put(fit(watch.text, room)).put(" = ", Role::Dim);
    line.put(watch.value, changed ? Role::Changed : Role::Number);
    std::string const was = " was " + old;
    if (changed) {
        line.tip(fmt::format("{} was {}", watch.text, old));
    }
    if (changed && line.column() + columns(was) <= state.width) {
        line.put(was, Role::Dim);
    }
    return line.done();
}

Row row(std::string_view name, std::string_view words) {
    return Line{}.at(1).put(name, Role::Heading).at(names).put(words).done();
}

} // namespace

Sheet watch_sheet(View const& now, View const& before, PanelState const& state) {
    Sheet sheet;
    sheet.name = "watch";
    sheet.title = "WATCH";
    for (Value const& watch : now.settings.watches) {
        sheet.rows.push_back(watch_row(watch, value_before(before, watch.text), state));
    }
    for (std::string const& place : now.settings.breakpoints) {
        sheet.rows.push_back(row("break", place));
    }
    for (std::string const& kind : now.settings.stops) {
        sheet.rows.push_back(row("stop", kind));
    }
    for (auto const& mark : now.settings.marks) {
        sheet.rows.push_back(row(fmt::format("mark {}", mark.letter),
                                 fmt::format("event {} {}", mark.event, mark.key)));
        sheet.rows.back().spans.back().go = mark.event;
    }
    sheet.about = sheet.rows.empty() ? "nothing is set" : "c runs to the next change or stop";
    if (sheet.rows.empty()) {
        for (auto const& [key, does] : {std::pair{"w", "watches a register or memory"},
                                        {"b", "sets a breakpoint at this instruction"},
                                        {"e", "stops at a kind of event"},
                                        {"m", "marks this moment with a letter"}}) {
            sheet.rows.push_back(
                Line{}.at(1).put(key, Role::Key).at(4).put(does, Role::Dim).done());
        }
    }
    return sheet;
}

} // namespace ringside::sheets
