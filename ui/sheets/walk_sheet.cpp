// The page walk: the address's bits on top, one row for each level, and below what the rights add
// up to. Two, three and four levels are the same code: a level is a field of the address and a row.
#include "core/x86/control_registers.hpp"
#include "core/x86/rflags.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <fmt/format.h>

namespace ringside::sheets {

namespace {

using mmu::PagingLevel;
using mmu::PagingMode;
using mmu::WalkVerdict;

struct Field {
    PagingLevel level;
    unsigned high; // bits of the linear address
    unsigned low;
    char const* index_name;
    char const* entry_name;
};

std::vector<Field> fields_of(PagingMode mode) {
    switch (mode) {
    case PagingMode::Bits32:
        return {{PagingLevel::PD, 31, 22, "dir", "PDE"}, {PagingLevel::PT, 21, 12, "table", "PTE"}};
    case PagingMode::PAE:
        return {{PagingLevel::PDPT, 31, 30, "p", "PDPTE"},
                {PagingLevel::PD, 29, 21, "dir", "PDE"},
                {PagingLevel::PT, 20, 12, "table", "PTE"}};
    case PagingMode::Level4:
        return {{PagingLevel::PML4, 47, 39, "pml4", "PML4E"},
                {PagingLevel::PDPT, 38, 30, "pdpt", "PDPTE"},
                {PagingLevel::PD, 29, 21, "dir", "PDE"},
                {PagingLevel::PT, 20, 12, "table", "PTE"}};
    case PagingMode::None:
        break;
    }
    return {};
}

// Tags of the spans that arrows join.
constexpr int tag_cr3 = 1;
constexpr int tag_table = 10; // + row: where the entry lies
constexpr int tag_frame = 20; // + row: the frame in the entry
constexpr int tag_result = 30;
constexpr u64 address_mask = 0x000f'ffff'ffff'f000;

class WalkWriter {
public:
    WalkWriter(View const& now, view::EventView const& event, PanelState const& state)
        : now_{now}
        , event_{event}
        , walk_{std::get<trace::Walk>(event.event.body).walk}
        , state_{state}
        , fields_{fields_of(walk_.mode)}
        , micro_{event.age == 0 ? now.micro : 0}
        , wide_{walk_.mode == PagingMode::PAE || walk_.mode == PagingMode::Level4} {}

    Sheet write() {
        sheet_.name = "walk";
        sheet_.title = "PAGE WALK";
        u64 const linear = walk_.access.address.value();
        sheet_.about =
            fmt::format("{}  {}", address(linear, walk_.mode == PagingMode::Level4 ? 16 : 8),
                        access_words(walk_.access));
        sheet_.note = event_.age == 0 ? fmt::format("event {}, TLB miss", event_.index)
                                      : fmt::format("last one: event {}", event_.index);
        write_bits();
        write_base();
        for (std::size_t row = 0; row < fields_.size() && !past_leaf_; ++row) {
            write_level(row);
        }
        write_result();
        write_rights();
        write_verdict();
        write_notes();
        return std::move(sheet_);
    }

private:
    // An entry that maps a page although its level is not the last: PS = 1.
    [[nodiscard]] bool is_large_leaf(mmu::WalkStep const& step) const {
        return step.level != PagingLevel::PT && step.level != PagingLevel::PML4 &&
               (step.entry & 1U) != 0 && (step.entry & 0x80U) != 0 &&
               step.verdict != WalkVerdict::Descend;
    }
    [[nodiscard]] std::size_t used_fields() const {
        for (std::size_t row = 0; row < walk_.steps.size(); ++row) {
            if (is_large_leaf(walk_.steps[row])) {
                return row + 1;
            }
        }
        return fields_.size();
    }
    [[nodiscard]] unsigned entry_digits() const { return wide_ ? 16 : 8; }
    [[nodiscard]] bool not_yet(std::size_t step) const { return micro_ != 0 && step + 1 > micro_; }

    void write_bits() {
        u64 const linear = walk_.access.address.value();
        Line numbers;
        Line digits;
        Line names;
        numbers.at(1);
        digits.at(1);
        names.at(1);
        auto part = [&](unsigned high, unsigned low, char const* name, Role role) {
            unsigned const width = high - low + 1;
            u64 const value = linear >> low & low_mask(width);
            unsigned const nibbles = (width + 3) / 4;
            unsigned const column =
                std::max(width, static_cast<unsigned>(std::string_view{name}.size()) + nibbles + 1);
            std::string ends = fmt::format("{}", high);
            std::string const last = fmt::format("{}", low);
            ends += std::string(
                        column > ends.size() + last.size() ? column - ends.size() - last.size() : 1,
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

    void write_base() {
        if (fields_.empty()) {
            return;
        }
        Line line;
        line.at(1).put("CR3", Role::Heading).at(value_column());
        u64 const base =
            event_.event.cr3 & (walk_.mode == PagingMode::PAE ? 0xffff'ffe0U : address_mask);
        line.put(physical(base), Role::Number, tag_cr3);
        line.at(flags_column()).put(wide_ ? "P W U A D S G X" : "P W U A D S G", Role::Heading);
        sheet_.rows.push_back(line.done());
    }

    [[nodiscard]] std::size_t value_column() const { return wide_ ? 12 : 11; }
    [[nodiscard]] std::size_t flags_column() const {
        return value_column() + 11 + entry_digits() + (wide_ ? 2 : 3);
    }
    [[nodiscard]] std::size_t verdict_column() const { return flags_column() + (wide_ ? 16 : 15); }

    // A thin row for the arrow from a frame to the table that lies there.
    void write_joint(std::size_t row) {
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

    void write_level(std::size_t row) {
        Field const& field = fields_[row];
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
                                      .done());
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

    void write_entry(Line& line, mmu::WalkStep const& step, std::size_t row, bool later) {
        if (later) {
            line.put("not read yet", Role::Dim);
            return;
        }
        std::string const value = wide_ ? address(step.entry, 16) : hex(step.entry, 8);
        bool const present = (step.entry & 1U) != 0;
        line.put(value.substr(0, value.size() - 3), present ? Role::Number : Role::Dim,
                 tag_frame + static_cast<int>(row));
        line.put(value.substr(value.size() - 3), Role::Normal);
        line.at(flags_column()).put(present ? entry_flags(step) : "0", Role::Normal);
        bool const good = step.verdict == WalkVerdict::Descend || step.verdict == WalkVerdict::Leaf;
        line.at(verdict_column()).put(good ? "ok" : "STOP", good ? Role::Passed : Role::Failed);
    }

    [[nodiscard]] std::string entry_flags(mmu::WalkStep const& step) const {
        bool const leaf = step.level == PagingLevel::PT || is_large_leaf(step);
        bool const pae_root = walk_.mode == PagingMode::PAE && step.level == PagingLevel::PDPT;
        auto flag = [&](unsigned position, bool defined) {
            return !defined ? '-' : (step.entry >> position & 1U) != 0 ? '1' : '0';
        };
        bool const size_bit =
            step.level == PagingLevel::PD || (step.level == PagingLevel::PDPT && !pae_root);
        std::string words = fmt::format("{} {} {} {} {} {} {}", flag(0, true), flag(1, !pae_root),
                                        flag(2, !pae_root), flag(5, !pae_root), flag(6, leaf),
                                        flag(7, size_bit), flag(8, leaf));
        if (wide_) {
            words += fmt::format(" {}", flag(63, !pae_root));
        }
        return words;
    }

    [[nodiscard]] bool failed() const { return !walk_.outcome; }

    void write_result() {
        if (failed() || fields_.empty()) {
            return;
        }
        bool const later = micro_ != 0 && micro_ <= walk_.steps.size();
        mmu::Translation const& found = walk_.outcome.value();
        u64 const base = found.address.value() & ~(found.page_size - 1);
        write_joint(1);
        Line line;
        line.at(1).put("physical", Role::Heading).at(value_column());
        if (later) {
            line.put("not known yet", Role::Dim);
        } else {
            sheet_.arrows.push_back(
                {tag_frame + static_cast<int>(walk_.steps.size()) - 1, tag_result, Role::Offset});
            line.put(physical(base), Role::Number, tag_result).put(" + ", Role::Dim);
            line.put(small(found.address.value() - base).substr(2), Role::Offset)
                .put(" = ", Role::Dim);
            line.put(physical(found.address.value()), Role::Number);
            line.put(fmt::format("   {} page", bytes(found.page_size)), Role::Dim);
        }
        sheet_.rows.push_back(line.done());
    }

    void write_rights() {
        bool user = true;
        bool writable = true;
        bool no_execute = false;
        std::size_t levels = 0;
        for (std::size_t row = 0; row < walk_.steps.size() && !not_yet(row); ++row) {
            mmu::WalkStep const& step = walk_.steps[row];
            bool const pae_root = walk_.mode == PagingMode::PAE && step.level == PagingLevel::PDPT;
            if ((step.entry & 1U) == 0 || pae_root) {
                continue;
            }
            ++levels;
            user = user && (step.entry & 4U) != 0;
            writable = writable && (step.entry & 2U) != 0;
            no_execute = no_execute || (wide_ && (step.entry >> 63U) != 0);
        }
        if (levels == 0) {
            return;
        }
        std::string words = fmt::format("U {}  W {}", user ? 1 : 0, writable ? 1 : 0);
        words += wide_ ? fmt::format("  NX {}   AND, AND, OR of the levels", no_execute ? 1 : 0)
                       : "   AND of the levels";
        label("rights", words, Role::Normal);
    }

    void label(std::string_view name, std::string_view text, Role role,
               RowKind kind = RowKind::Plain) {
        Line line;
        line.put(kind == RowKind::Now ? ">" : " ", Role::Now)
            .put(name, Role::Heading)
            .at(value_column());
        line.put(fit(text, state_.width - value_column()), role);
        sheet_.rows.push_back(line.done(kind));
    }

    void write_verdict() {
        if (micro_ != 0 && micro_ <= walk_.steps.size()) {
            label("verdict", "not yet", Role::Dim);
            return;
        }
        RowKind const kind = micro_ == walk_.steps.size() + 1 ? RowKind::Now : RowKind::Plain;
        if (!failed()) {
            label("verdict", fmt::format("ok: {} allowed", access_words(walk_.access)),
                  Role::Passed, kind);
            return;
        }
        Fault const& fault = walk_.outcome.error();
        label("verdict",
              fmt::format("!{} error {:04x}: {}", mnemonic(fault.vector), fault.error_code,
                          page_fault_bits(fault.error_code)),
              Role::Fault, kind);
        if (fault.rule != nullptr) {
            label("rule", fmt::format("{} ({})", fault.rule->sentence, fault.rule->sdm),
                  Role::Failed);
        }
        label(
            "then",
            fmt::format("CR2 := {}, delivered through IDT[0e]",
                        address(fault.address.value(), walk_.mode == PagingMode::Level4 ? 16 : 8)),
            Role::Normal);
    }

    void write_notes() {
        bool const all = micro_ == 0 || micro_ > walk_.steps.size();
        if (all && failed() && !walk_.steps.empty()) {
            write_promise();
        }
        if (all && walk_.updates.size() > 0) {
            std::string words;
            for (auto const& update : walk_.updates) {
                u64 const set = update.after & ~update.before;
                words += fmt::format("{}{}{} of {}", words.empty() ? "" : ", ",
                                     (set & 0x20U) != 0 ? "A" : "", (set & 0x40U) != 0 ? "D" : "",
                                     physical(update.entry_address.value()));
            }
            label("sets", words, Role::Write);
        }
        if (!fields_.empty()) {
            label("cost",
                  count(walk_.steps.size(), "memory read") +
                      (walk_.mode == PagingMode::PAE ? ", the PDPTE is cached in the CPU" : ""),
                  Role::Normal);
        }
        if (state_.extended) {
            for (Check const& check : walk_.checks) {
                if (check.rule != nullptr) {
                    Line line;
                    line.at(1)
                        .put(check.ok ? "ok" : "STOP", check.ok ? Role::Passed : Role::Failed)
                        .at(7);
                    line.put(fit(fmt::format("{}  ({})", check.rule->sentence, check.rule->sdm),
                                 state_.width - 7));
                    sheet_.rows.push_back(line.done());
                }
            }
        }
    }

    // A page fault is not yet an error: the kernel's own list of areas decides.
    void write_promise() {
        mmu::WalkStep const& last = walk_.steps.back();
        u64 const linear = walk_.access.address.value();
        if (last.verdict == WalkVerdict::NotPresent && last.entry != 0) {
            label("but",
                  fmt::format("P = 0, the other bits are the kernel's: swap slot {}",
                              last.entry >> 8U),
                  Role::Normal);
        }
        for (auto const& vma : now_.vmas) {
            if (linear >= vma.start && linear < vma.end) {
                unsigned const digits = walk_.mode == PagingMode::Level4 ? 16 : 8;
                label("area",
                      fmt::format("{}-{} {} {}", hex(vma.start, digits == 16 ? 1 : 8),
                                  hex(vma.end, digits == 16 ? 1 : 8),
                                  prot_words(vma.prot, vma.flags), vma.name),
                      Role::Normal);
                return;
            }
        }
        if (!now_.vmas.empty() && linear < now_.user_end) {
            label("area", "none: the kernel has promised nothing here", Role::Normal);
        }
    }

    View const& now_;
    view::EventView const& event_;
    mmu::PageWalk const& walk_;
    PanelState const& state_;
    std::vector<Field> fields_;
    u32 micro_;
    bool wide_;
    bool past_leaf_ = false;
    Sheet sheet_;
};

} // namespace

Sheet walk_sheet(View const& now, View const& /*before*/, PanelState const& state) {
    if (!now.walk) {
        Sheet sheet;
        sheet.name = "walk";
        sheet.title = "PAGE WALK";
        sheet.about = "none yet";
        sheet.rows.push_back(
            Line{}.at(1).put("No address has been translated by tables so far.", Role::Dim).done());
        sheet.rows.push_back(
            Line{}.at(1).put("A translation that is in the TLB makes no walk.", Role::Dim).done());
        return sheet;
    }
    return WalkWriter{now, *now.walk, state}.write();
}

} // namespace ringside::sheets
