// The address cut into its fields, and one row for each table entry that was read.
#include "core/x86/bits.hpp"
#include "ui/sheets/walk_writer.hpp"

#include <fmt/format.h>

namespace ringside::sheets {

using mmu::PagingLevel;
using mmu::PagingMode;
using mmu::WalkVerdict;

namespace {
constexpr u64 address_mask = 0x000f'ffff'ffff'f000;
} // namespace

bool WalkWriter::is_large_leaf(mmu::WalkStep const& step) {
    return step.level != PagingLevel::PT && step.level != PagingLevel::PML4 &&
           (step.entry & 1U) != 0 && (step.entry & 0x80U) != 0 &&
           step.verdict != WalkVerdict::Descend;
}

unsigned WalkWriter::linear_digits() const {
    return walk_.mode == PagingMode::Level4 ? 16 : 8;
}

std::size_t WalkWriter::flags_column() const {
    return value_column() + 11 + entry_digits() + (wide_ ? 2 : 3);
}

std::size_t WalkWriter::verdict_column() const {
    constexpr std::size_t verdict = 4; // "STOP"
    std::size_t const spaced = flags_column() + (wide_ ? 16 : 15);
    return spaced + verdict <= state_.width ? spaced : flags_column() + (wide_ ? 9 : 8);
}

std::string WalkWriter::flags(std::string words) const {
    if (verdict_column() < flags_column() + 15) {
        std::erase(words, ' ');
    }
    return words;
}

std::size_t WalkWriter::used_fields() const {
    for (std::size_t row = 0; row < walk_.steps.size(); ++row) {
        if (is_large_leaf(walk_.steps[row])) {
            return row + 1;
        }
    }
    return fields_.size();
}

// Bits 63 to 48 index nothing: they are copies of bit 47, without which no address is canonical.
// They take a column each where the panel has it, else five in all.
void WalkWriter::write_sign(Line& numbers, Line& digits, Line& names) const {
    constexpr std::size_t in_short = 58;
    constexpr std::size_t in_full = 70;
    if (walk_.mode != PagingMode::Level4 || state_.width < in_short) {
        return;
    }
    u64 const bits = walk_.access.address.value() >> 48U;
    bool const full = state_.width >= in_full;
    std::string_view const tip = "copies of bit 47: the sign of a canonical address";
    numbers.put(full ? "63            48 " : "63-48 ", Role::Dim).tip(tip);
    digits.put(full ? fmt::format("{:016b} ", bits) : "= b47 ", Role::Dim).tip(tip);
    names.put(full ? "sign = bit 47    " : "sign  ", Role::Dim).tip(tip);
}

void WalkWriter::write_bits() {
    u64 const linear = walk_.access.address.value();
    // With the sign in short, four levels fill the narrowest panel to its edge.
    std::size_t const indent = walk_.mode == PagingMode::Level4 && state_.width == 58 ? 0 : 1;
    Line numbers;
    Line digits;
    Line names;
    for (Line* line : {&numbers, &digits, &names}) {
        line->at(indent);
    }
    write_sign(numbers, digits, names);
    auto part = [&](unsigned high, unsigned low, char const* name, Role role) {
        unsigned const width = high - low + 1;
        u64 const value = linear >> low & low_mask(width);
        unsigned const nibbles = (width + 3) / 4;
        unsigned const column =
            std::max(width, static_cast<unsigned>(std::string_view{name}.size()) + nibbles + 1);
        std::string ends = fmt::format("{}", high);
        std::string const last = fmt::format("{}", low);
        ends +=
            std::string(column > ends.size() + last.size() ? column - ends.size() - last.size() : 1,
                        ' ') +
            last;
        numbers.put(
            fmt::format("{:<{}} ", width <= 2 ? fmt::format("{}-{}", high, low) : ends, column),
            Role::Dim);
        digits.put(fmt::format("{:<{}}", fmt::format("{:0{}b}", value, width), column), role)
            .put(" ");
        names.put(fmt::format("{} {:0{}x}", name, value, nibbles), role);
        names.put(std::string(column + 1 - std::string_view{name}.size() - 1 - nibbles, ' '));
    };
    unsigned low = wide_ || walk_.mode == PagingMode::Bits32 ? 31 : 0;
    std::size_t const used = used_fields();
    for (std::size_t row = 0; row < used; ++row) {
        part(fields_[row].high, fields_[row].low, fields_[row].index_name,
             level_role(fields_[row].level));
        low = fields_[row].low;
    }
    if (used > 0) {
        part(low - 1, 0, "offset", Role::Offset);
        sheet_.rows = {numbers.done(), digits.done(), names.done()};
    } else {
        sheet_.rows.push_back(
            Line{}
                .at(1)
                .put("Paging is off (CR0.PG = 0): the linear address is the physical one.")
                .done());
    }
}

void WalkWriter::write_base() {
    if (fields_.empty()) {
        return;
    }
    Line line;
    line.at(1).put(by_software_ ? "mm->pgd" : "CR3", Role::Heading).at(value_column());
    u64 const top = by_software_ ? walk_.steps[0].entry_address.value() : event_.event.cr3;
    u64 const base = top & (walk_.mode == PagingMode::PAE ? 0xffff'ffe0U : address_mask);
    line.put(physical(base), Role::Number, tag_cr3);
    line.at(flags_column()).put(flags(wide_ ? "P W U A D S G X" : "P W U A D S G"), Role::Heading);
    sheet_.rows.push_back(line.done());
}

void WalkWriter::write_joint(std::size_t row) {
    Line line;
    if (row == 0) {
        line.at(value_column() + 2).put("|", Role::Link);
    } else {
        std::size_t const from = value_column() + 11 + (wide_ ? 10 : 2);
        line.at(value_column() + 2)
            .put("." + std::string(from - value_column() - 4, '-') + "'", Role::Link);
    }
    sheet_.rows.push_back(line.done(RowKind::Gap));
}

void WalkWriter::write_level(std::size_t row) {
    WalkField const& field = fields_[row];
    bool const reached = row < walk_.steps.size();
    u64 const index =
        walk_.access.address.value() >> field.low & low_mask(field.high - field.low + 1);
    std::string const name =
        fmt::format("{}[{:0{}x}]", field.entry_name, index, (field.high - field.low + 4) / 4);
    if (!reached) {
        sheet_.rows.push_back(Line{}
                                  .at(1)
                                  .put(name, Role::Dim)
                                  .at(value_column())
                                  .put("not reached", Role::Dim)
                                  .spare(6));
        return;
    }
    mmu::WalkStep const& step = walk_.steps[row];
    write_joint(row);
    sheet_.arrows.push_back({row == 0 ? tag_cr3 : tag_frame + static_cast<int>(row) - 1,
                             tag_table + static_cast<int>(row), level_role(field.level)});
    bool const later = not_yet(row);
    bool const now = micro_ == row + 1;
    Line line;
    line.put(now ? ">" : " ", Role::Now)
        .put(name, later ? Role::Dim : level_role(field.level))
        .at(value_column());
    std::string const where = physical(step.entry_address.value());
    line.put(where.substr(0, where.size() - 3), later ? Role::Dim : Role::Number,
             tag_table + static_cast<int>(row));
    line.put(where.substr(where.size() - 3), later ? Role::Dim : level_role(field.level))
        .put(" = ", Role::Dim);
    write_entry(line, step, row, later);
    sheet_.rows.push_back(line.done(now ? RowKind::Now : RowKind::Plain));
    if (now) {
        sheet_.focus = static_cast<int>(sheet_.rows.size()) - 1;
    }
    past_leaf_ = is_large_leaf(step);
}

void WalkWriter::write_entry(Line& line, mmu::WalkStep const& step, std::size_t row, bool later) {
    if (later) {
        line.put("not read yet", Role::Dim);
        return;
    }
    std::string const value = wide_ ? address(step.entry, 16) : hex(step.entry, 8);
    bool const present = (step.entry & 1U) != 0;
    line.put(value.substr(0, value.size() - 3), present ? Role::Number : Role::Dim,
             tag_frame + static_cast<int>(row));
    line.put(value.substr(value.size() - 3), Role::Normal);
    line.at(flags_column()).put(present ? flags(entry_flags(step)) : "0", Role::Normal);
    bool const good = step.verdict == WalkVerdict::Descend || step.verdict == WalkVerdict::Leaf;
    line.at(verdict_column()).put(good ? "ok" : "STOP", good ? Role::Passed : Role::Failed);
}

std::string WalkWriter::entry_flags(mmu::WalkStep const& step) const {
    bool const leaf = step.level == PagingLevel::PT || is_large_leaf(step);
    bool const pae_root = walk_.mode == PagingMode::PAE && step.level == PagingLevel::PDPT;
    auto flag = [&](unsigned position, bool defined) {
        return !defined ? '-' : (step.entry >> position & 1U) != 0 ? '1' : '0';
    };
    bool const size_bit =
        step.level == PagingLevel::PD || (step.level == PagingLevel::PDPT && !pae_root);
    std::string words =
        fmt::format("{} {} {} {} {} {} {}", flag(0, true), flag(1, !pae_root), flag(2, !pae_root),
                    flag(5, !pae_root), flag(6, leaf), flag(7, size_bit), flag(8, leaf));
    if (wide_) {
        words += fmt::format(" {}", flag(63, !pae_root));
    }
    return words;
}

} // namespace ringside::sheets
