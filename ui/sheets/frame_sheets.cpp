// What stands around the panels: where we are on top, what happens in one
// sentence and the keys that work now at the bottom, and the help.
#include "ui/sheets/key_table.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace ringside::sheets {

namespace {

// A part of a line that has no room for all: parts of the highest number go first.
struct Part {
    Row row;
    u8 spare;
};

Part field(std::string_view name, std::string_view value, u8 spare, Role role = Role::Normal) {
    return {Line{}.put("   ").put(name, Role::Dim).put(" ").put(value, role).done(), spare};
}

Part key(std::string_view key, std::string_view does, u8 spare) {
    return {Line{}.put(" ").put(key, Role::Key).put(" ").put(does, Role::Dim).put(" ").done(),
            spare};
}

Row join(std::vector<Part> parts, std::size_t width) {
    std::size_t used = 0;
    for (Part const& part : parts) {
        used += part.row.width();
    }
    while (used > width && parts.size() > 1) {
        auto const least =
            std::max_element(parts.begin(), parts.end(),
                             [](Part const& a, Part const& b) { return a.spare < b.spare; });
        used -= least->row.width();
        parts.erase(least);
    }
    Row row;
    for (Part const& part : parts) {
        row.spans.insert(row.spans.end(), part.row.spans.begin(), part.row.spans.end());
    }
    fit(row, width);
    return row;
}

} // namespace

Sheet title_sheet(View const& now, PanelState const& state) {
    Sheet sheet;
    sheet.name = "title";
    u8 const ring = number(now.cpu.cpl());
    std::vector<Part> parts;
    parts.push_back({Line{}.put(now.program, Role::Heading).done(), 3});
    parts.push_back(field("kernel", kernel_words(now), 4));
    parts.push_back({Line{}
                         .put("   ")
                         .put(fmt::format("RING {} {}", ring, ring_glyph(ring)), ring_role(ring))
                         .done(),
                     1});
    parts.push_back(field("process", now.process, 6));
    parts.push_back(field("CR3", hex(now.cpu.cr3, 8), 5, Role::Number));
    if (now.event == now.events && !now.ended.empty()) {
        parts.push_back(field("end:", now.ended, 0, Role::Now));
    } else {
        std::string const micro = now.micro == 0 ? "" : fmt::format(".{}", now.micro);
        parts.push_back(field("event", fmt::format("{}{}/{}", now.event, micro, now.events), 0,
                              now.micro == 0 ? Role::Normal : Role::Now));
    }
    parts.push_back(field("insn", fmt::format("{}", now.insn), 2));
    sheet.rows.push_back(join(std::move(parts), state.width));
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
    for (std::string const& part : wrap(sentence, state.width > 1 ? state.width - 1 : 1)) {
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

Sheet keys_sheet(View const& /*now*/, PanelState const& state) {
    Sheet sheet;
    sheet.name = "keys";
    std::vector<Part> parts;
    for (KeyRow const& row : key_rows()) {
        if (!row.hint.empty()) {
            // The first key of each way.
            std::string keys{row.keys.substr(0, row.keys.find(' '))};
            if (!row.back_keys.empty()) {
                keys += fmt::format(" {}", row.back_keys.substr(0, row.back_keys.find(' ')));
            }
            parts.push_back(key(keys, row.hint, row.hint_spare));
        }
    }
    parts.insert(parts.end() - 1, key("1-9", "panel", 7));
    sheet.rows.push_back(join(std::move(parts), state.width));
    return sheet;
}

Sheet help_sheet(PanelState const& state) {
    constexpr std::size_t indent = 26;
    Sheet sheet;
    sheet.name = "help";
    sheet.title = "HELP";
    sheet.about = "all keys and signs; ? closes";
    auto add = [&](std::string_view keys, std::string_view back, std::string_view does) {
        bool first = true;
        for (std::string const& part :
             wrap(does, state.width > indent + 1 ? state.width - indent - 1 : 1)) {
            Line line;
            line.at(1);
            if (first) {
                line.put(keys, Role::Key).put(back.empty() ? "" : "  ").put(back, Role::Key);
            }
            sheet.rows.push_back(line.at(indent).put(part).done());
            first = false;
        }
    };
    auto head = [&](std::string_view text) {
        sheet.rows.push_back(Line{}.put(" ").put(text, Role::Heading).done(RowKind::Heading));
    };
    std::string_view group;
    for (KeyRow const& row : key_rows()) {
        if (row.group != group) {
            group = row.group;
            head(group);
        }
        add(row.keys, row.back_keys, row.does);
    }
    head("One panel alone, and in full; the same key again: back");
    for (Panel const& panel : panels()) {
        add(std::string_view{&panel.key, 1}, "", panel.sentence);
    }
    head("Signs");
    add("o  #", "", "ring 3, the user; ring 0, the kernel");
    add(">", "", "about to happen: nothing of it is done yet");
    add("*", "", "changed by the last step; rest on it to see the value before");
    add("ok  STOP", "", "a check that held; the one that refused");
    add("p d r -", "", "a page: present, written to, read-only, absent");
    return sheet;
}

} // namespace ringside::sheets
