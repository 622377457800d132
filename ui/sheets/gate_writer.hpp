#pragma once
// Writes the segmentation panel; only gate_sheet.cpp uses it.
#include "core/view/open_gates.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::sheets {

class GateWriter {
public:
    // `compact` names the rules that held instead of spelling them.
    GateWriter(View const& now, view::EventView const& event, PanelState const& state,
               bool compact = false);
    Sheet write();

private:
    void describe(trace::Gate const& gate);
    void describe(trace::Transfer const& transfer);
    void describe(trace::SegLoad const& load);
    void describe(trace::SegFault const& fault);
    void describe(trace::Exception const& exception);
    void places(trace::Place const& from, trace::Place const& to);
    void text(std::string_view name, std::string_view words);
    void checks(std::span<Check const> list);
    void checks_in_short(std::span<Check const> list);
    void pushes(trace::Gate const& gate);
    void refused(u8 vector, u32 error);
    void mark_focus(bool now);
    [[nodiscard]] std::string ip(u64 value) const;

    View const& now_;
    view::EventView const& event_;
    PanelState const& state_;
    u32 micro_;
    bool compact_;
    u32 line_ = 0; // lines of the record written so far: what a micro-step counts
    Sheet sheet_;
};

} // namespace ringside::sheets
