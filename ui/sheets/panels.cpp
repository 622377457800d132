#include "ui/sheets/panels.hpp"

namespace ringside::sheets {

namespace {

template <Sheet (*Make)(View const&, View const&, PanelState const&)>
Sheet fitted(View const& now, View const& before, PanelState const& state) {
    Sheet sheet = Make(now, before, state);
    for (Row& row : sheet.rows) {
        fit(row, state.width);
    }
    if (state.height != 0) {
        leave_out_spare_rows(sheet, state.height);
    }
    return sheet;
}

} // namespace

std::vector<Panel> const& panels() {
    static std::vector<Panel> const all{
        {"code", fitted<code_sheet>, '1',
         "C source and instructions, user and kernel in one stream"},
        {"walk", fitted<walk_sheet>, '2', "the page walk of one address, entry by entry"},
        {"gate", fitted<gate_sheet>, '3', "gates, returns and segment loads with their checks"},
        {"address", fitted<address_sheet>, '4', "what the kernel promised and what the tables map"},
        {"cpu", fitted<cpu_sheet>, '5', "registers, with what changed"},
        {"stack", fitted<stack_sheet>, '6', "the stack, and who put each word there"},
        {"tlb", fitted<tlb_sheet>, '7', "cached translations and counters"},
        {"story", fitted<story_sheet>, '8', "the time line of events"},
        {"watch", fitted<watch_sheet>, '9', "watched values, breakpoints, stops and marks"},
    };
    return all;
}

Panel const* find_panel(std::string_view name) {
    for (Panel const& panel : panels()) {
        if (panel.name == name) {
            return &panel;
        }
    }
    return nullptr;
}

} // namespace ringside::sheets
