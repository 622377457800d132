#pragma once
// Writes the memory accesses of the instruction that is next into the segmentation panel: for each,
// the segment, every check with its verdict, the linear address and what paging makes of it. Only
// gate_sheet.cpp uses it.
#include "ui/sheets/record_writer.hpp"

namespace ringside::sheets {

// Does it make any, besides its own fetch? A fetch that is refused counts.
[[nodiscard]] bool touches_memory(View const& now);

void write_accesses(Sheet& sheet, View const& now, PanelState const& state, Detail detail);

} // namespace ringside::sheets
