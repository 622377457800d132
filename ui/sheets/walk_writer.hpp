#pragma once
// Writes the walk panel; only the walk*.cpp files use it. What a level is, is data: a field of the
// linear address and a row of the sheet.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ringside::sheets {

// A part of the linear address and the level that it indexes (SDM volume 3, figures 5-2 to 5-11).
struct WalkField {
    mmu::PagingLevel level;
    unsigned high; // bits of the linear address
    unsigned low;
    char const* index_name;
    char const* entry_name;
};
[[nodiscard]] std::vector<WalkField> walk_fields(mmu::PagingMode mode);

// One walk, the CPU's or one that kernel code made by software: the same rows, entries as they were
// read. What differs is who read them, where it began, and what a refusal means.
class WalkWriter {
public:
    WalkWriter(View const& now, view::EventView const& event, PanelState const& state);
    Sheet write();

private:
    // Tags of the spans that arrows join.
    static constexpr int tag_cr3 = 1;
    static constexpr int tag_table = 10; // + row: where the entry lies
    static constexpr int tag_frame = 20; // + row: the frame in the entry
    static constexpr int tag_result = 30;

    // An entry that maps a page although its level is not the last: PS = 1.
    [[nodiscard]] static bool is_large_leaf(mmu::WalkStep const& step);
    [[nodiscard]] std::size_t used_fields() const;
    [[nodiscard]] unsigned entry_digits() const { return wide_ ? 16 : 8; }
    [[nodiscard]] unsigned linear_digits() const;
    [[nodiscard]] bool not_yet(std::size_t step) const { return micro_ != 0 && step + 1 > micro_; }
    [[nodiscard]] bool failed() const { return !walk_.outcome; }
    [[nodiscard]] std::size_t value_column() const { return wide_ ? 12 : 11; }
    [[nodiscard]] std::size_t flags_column() const;
    // An entry's flags need no blanks between them when there is no room: P W U, or PWU.
    [[nodiscard]] std::size_t verdict_column() const;
    [[nodiscard]] std::string flags(std::string words) const;

    // walk_bits.cpp
    void write_bits();
    void write_sign(Line& numbers, Line& digits, Line& names) const;
    void write_base();
    void write_joint(std::size_t row); // a thin row for the line from a frame to the table in it
    void write_level(std::size_t row);
    void write_entry(Line& line, mmu::WalkStep const& step, std::size_t row, bool later);
    [[nodiscard]] std::string entry_flags(mmu::WalkStep const& step) const;
    // walk_verdict.cpp
    void write_result();
    void write_rights();
    void write_software_verdict();
    [[nodiscard]] std::vector<std::string> words(std::string_view text) const;
    void write_verdict();
    void write_rule(Rule const& rule);
    void write_notes();
    void write_checks();
    void write_promise(); // a page fault is not yet an error: the kernel's own list decides
    // `spare`: see sheets::Row.
    void label(std::string_view name, std::string_view text, Role role, u8 spare = 0,
               RowKind kind = RowKind::Plain);

    View const& now_;
    view::EventView const& event_;
    mmu::PageWalk walk_;
    bool by_software_;
    PanelState const& state_;
    std::vector<WalkField> fields_;
    u32 micro_;
    bool wide_;
    bool past_leaf_ = false;
    Sheet sheet_;
};

} // namespace ringside::sheets
