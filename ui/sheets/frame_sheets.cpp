// What stands around the panels: where we are on top, what happens in one sentence and the keys
// that work now at the bottom, and the help.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <fmt/format.h>
#include <utility>

namespace ringside::sheets {

namespace {

void field(Line& line, std::string_view name, std::string_view value, Role role = Role::Normal) {
    line.put("   ").put(name, Role::Dim).put(" ").put(value, role);
}

Line keys(std::initializer_list<std::pair<char const*, char const*>> list) {
    Line line;
    for (auto const& [key, does] : list) {
        line.put(" ").put(key, Role::Key).put(" ").put(does, Role::Dim).put(" ");
    }
    return line;
}

} // namespace

Sheet title_sheet(View const& now, PanelState const& state) {
    Sheet sheet;
    sheet.name = "title";
    u8 const ring = number(now.cpu.cpl());
    Line line;
    line.put(now.program, Role::Heading);
    field(line, "kernel", now.kernel);
    line.put("   ").put(fmt::format("RING {} {}", ring, ring_glyph(ring)), ring_role(ring));
    field(line, "process", now.process);
    field(line, "CR3", hex(now.cpu.cr3, 8), Role::Number);
    if (now.event == now.events && !now.ended.empty()) {
        field(line, "end:", now.ended, Role::Now);
    } else {
        field(line, "event", fmt::format("{}/{}", now.event, now.events));
        if (now.micro != 0) {
            line.put(fmt::format(".{}", now.micro), Role::Now);
        }
    }
    field(line, "insn", fmt::format("{}", now.insn));
    Row row = line.done();
    while (row.width() > state.width && row.spans.size() > 1) {
        row.spans.pop_back();
    }
    sheet.rows.push_back(std::move(row));
    return sheet;
}

Sheet narration_sheet(View const& now, PanelState const& state) {
    Sheet sheet;
    sheet.name = "say";
    std::string key;
    std::string sentence;
    for (auto const& entry : now.story) {
        if (entry.index == now.event) {
            key = entry.key;
            sentence = entry.sentence;
        }
    }
    if (now.event == now.events) {
        sentence = "The run is over: " + now.ended;
    } else if (!now.now && !sentence.empty()) {
        sentence = "Next event: " + sentence; // some instructions from here
    }
    for (std::string const& part : wrap(sentence, state.width - 1)) {
        sheet.rows.push_back(Line{}.put(" ").put(part, Role::Normal).done());
    }
    if (sheet.rows.empty()) {
        sheet.rows.push_back(Line{}.put(" ").put(key, Role::Dim).done());
    } else if (sheet.rows.back().width() + columns(key) + 3 <= state.width) {
        Row& last = sheet.rows.back();
        last.spans.push_back({std::string(state.width - last.width() - columns(key) - 1, ' '),
                              Role::Normal,
                              0,
                              {},
                              Span::no_go});
        last.spans.push_back({key, Role::Dim, 0, {}, Span::no_go});
    }
    return sheet;
}

Sheet keys_sheet(View const& /*now*/, PanelState const& /*state*/) {
    Sheet sheet;
    sheet.name = "keys";
    sheet.rows.push_back(keys({{", .", "line of a record"},
                               {"Left Right", "event"},
                               {"Shift+Left Right", "scene"},
                               {"s n f c", "step over out run; Shift: back"},
                               {"b", "break"},
                               {"t", "other split"},
                               {"1-8", "panel"},
                               {":", "command"},
                               {"?", "help"}})
                             .done());
    return sheet;
}

Sheet help_sheet(PanelState const& state) {
    Sheet sheet;
    sheet.name = "help";
    sheet.title = "HELP";
    sheet.about = "all keys and signs; ? closes";
    auto add = [&](char const* key, std::string const& does) {
        bool first = true;
        for (std::string const& part : wrap(does, state.width - 24)) {
            Line line;
            line.at(1).put(first ? key : "", Role::Key).at(23).put(part);
            sheet.rows.push_back(line.done());
            first = false;
        }
    };
    auto head = [&](char const* text) {
        sheet.rows.push_back(Line{}.put(text, Role::Heading).done(RowKind::Heading));
    };
    head(" Time: every key has its way back with Shift");
    add(".  ,", "the next, the last line of the event's record: an entry read, a check, a push");
    add("Right  Left", "event on, event back");
    add("Shift+Right  Left", "scene on, scene back: a system call, a fault, user code");
    add("s  S   F11", "one instruction on, back");
    add("n  N   F10", "the same, over calls, INT and faults");
    add("f  F", "out of the kernel or the function; back to where it was entered");
    add("c  C   F5", "run to the next breakpoint; backwards to the last");
    add("Home  End", "first event, end of the run");
    head(" Places");
    add("b  F9", "breakpoint at this instruction, or none");
    add(":", "a command: break sys_write, break uaccess.c:88, go key:sys1/write, maps, help");
    add("t", "the same program under the other split, at the event with the same key");
    add("1-8  Esc", "one panel alone and in full; back to all");
    add("Ctrl + - 0", "larger, smaller, as it was");
    add("Ctrl+T", "theme: light, dark, high contrast");
    add("F12", "a picture of this moment: ringside-EVENT.png");
    add("q", "leave");
    head(" Signs");
    add("o  #", "ring 3, the user; ring 0, the kernel");
    add(">", "about to happen: nothing of it is done yet");
    add("*", "changed by the last step; rest on it to see the value before");
    add("ok  STOP", "a check that held; the one that refused");
    add("p d r -", "a page: present, written to, read-only, absent");
    return sheet;
}

} // namespace ringside::sheets
