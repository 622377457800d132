#pragma once
// The panels. Each is a pure function: the view now, the view of the moment before (for what
// changed), and the panel's own state, which is only its width and how much it shows.
#include "core/view/machine_view.hpp"
#include "ui/sheets/sheet.hpp"

namespace ringside::sheets {

struct PanelState {
    std::size_t width = 66; // columns that are there
    std::size_t height = 0; // rows that are there; 0: as many as it takes
    bool extended = false;  // alone on the stage: all details
};

using View = view::MachineView;

[[nodiscard]] Sheet code_sheet(View const& now, View const& before, PanelState const& state);
[[nodiscard]] Sheet cpu_sheet(View const& now, View const& before, PanelState const& state);
[[nodiscard]] Sheet walk_sheet(View const& now, View const& before, PanelState const& state);
[[nodiscard]] Sheet gate_sheet(View const& now, View const& before, PanelState const& state);
[[nodiscard]] Sheet stack_sheet(View const& now, View const& before, PanelState const& state);
[[nodiscard]] Sheet address_sheet(View const& now, View const& before, PanelState const& state);
[[nodiscard]] Sheet tlb_sheet(View const& now, View const& before, PanelState const& state);
[[nodiscard]] Sheet watch_sheet(View const& now, View const& before, PanelState const& state);
[[nodiscard]] Sheet story_sheet(View const& now, View const& before, PanelState const& state);

// Levels of page tables that a walk goes through now: 0 (no paging), 2, 3 or 4.
[[nodiscard]] std::size_t walk_levels(View const& now);

// The frame around them: one line on top, one sentence and one line of keys at the bottom.
[[nodiscard]] Sheet title_sheet(View const& now, PanelState const& state);
[[nodiscard]] Sheet narration_sheet(View const& now, PanelState const& state);
[[nodiscard]] Sheet keys_sheet(View const& now, PanelState const& state);
[[nodiscard]] Sheet help_sheet(PanelState const& state);

struct Panel {
    std::string_view name;
    Sheet (*make)(View const&, View const&, PanelState const&);
    char key;                  // focuses it
    std::string_view sentence; // what it is for
};
[[nodiscard]] std::vector<Panel> const& panels();
[[nodiscard]] Panel const* find_panel(std::string_view name); // null: no such panel

} // namespace ringside::sheets
