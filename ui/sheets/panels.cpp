#include "ui/sheets/panels.hpp"

namespace ringside::sheets {

std::vector<Panel> const& panels() {
    static std::vector<Panel> const all{
        {"code", code_sheet, '1', "C source and instructions, user and kernel in one stream"},
        {"walk", walk_sheet, '2', "the page walk of one address, entry by entry"},
        {"gate", gate_sheet, '3', "gates, returns and segment loads with their checks"},
        {"address", address_sheet, '4', "what the kernel promised and what the tables map"},
        {"cpu", cpu_sheet, '5', "registers, with what changed"},
        {"stack", stack_sheet, '6', "the stack, and who put each word there"},
        {"tlb", tlb_sheet, '7', "cached translations and counters"},
        {"story", story_sheet, '8', "the time line of events"},
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
