#pragma once
// Writes the record of a transfer, of a segment load or of a refusal into the segmentation panel;
// only gate_sheet.cpp uses it.
#include "core/view/open_gates.hpp"
#include "ui/sheets/record_writer.hpp"

#include <string>
#include <string_view>

namespace ringside::sheets {

class GateWriter {
public:
    GateWriter(Sheet& sheet, View const& now, view::EventView const& event, PanelState const& state,
               Detail detail);
    void write();

private:
    void describe(trace::Gate const& gate);
    void describe(trace::Transfer const& transfer);
    void describe(trace::SegLoad const& load);
    void describe(trace::SegFault const& fault);
    void describe(trace::Exception const& exception);
    void places(trace::Place const& from, trace::Place const& to);
    void pushes(trace::Gate const& gate);
    [[nodiscard]] std::string ip(u64 value) const;
    [[nodiscard]] std::string name(std::string const& of_register) const; // "rip" in 64-bit code

    Sheet& sheet_;
    View const& now_;
    view::EventView const& event_;
    RecordWriter lines_;
};

} // namespace ringside::sheets
