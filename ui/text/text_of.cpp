#include "ui/text/text_of.hpp"

#include "core/host_error.hpp"
#include "ui/sheets/panels.hpp"

#include <fmt/format.h>

namespace ringside::text {

namespace {

sheets::Panel const& panel_named(std::string_view name) {
    if (auto const* panel = sheets::find_panel(name); panel != nullptr) {
        return *panel;
    }
    std::string names;
    for (auto const& panel : sheets::panels()) {
        names += names.empty() ? "" : ", ";
        names += panel.name;
    }
    throw HostError{fmt::format("no panel '{}': there are {}", name, names)};
}

} // namespace

std::string text_of(view::MachineView const& now, view::MachineView const& before,
                    std::string_view panel, std::size_t width) {
    sheets::PanelState state;
    state.width = width;
    if (!panel.empty()) {
        state.extended = true;
        return paint(panel_named(panel).make(now, before, state));
    }
    std::string out = paint(sheets::title_sheet(now, state));
    out += paint(sheets::narration_sheet(now, state));
    view::SettingsView const& set = now.settings;
    bool const nothing_set =
        set.watches.empty() && set.breakpoints.empty() && set.stops.empty() && set.marks.empty();
    for (auto const& each : sheets::panels()) {
        if (each.name == "watch" && nothing_set) {
            continue; // there it would only say how to set something by keys
        }
        state.height = each.name == "code" ? 30 : each.name == "tlb" ? 17 : 0;
        out += '\n' + paint(each.make(now, before, state));
    }
    return out;
}

std::string text_of(view::Cockpit& cockpit, std::string_view panel, std::size_t width) {
    return text_of(cockpit.now(), cockpit.before(), panel, width);
}

} // namespace ringside::text
