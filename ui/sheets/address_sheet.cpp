// The address space, highest address on top: what the kernel has promised (areas) beside what the
// tables say (pages), and where the registers point. Under 4G/4G there are two.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/stretches.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace ringside::sheets {

namespace {

using mmu::MappedRange;

class SpaceWriter {
public:
    SpaceWriter(View const& view, view::AddressSpaceView const& space, PanelState const& state)
        : view_{view}
        , space_{space}
        , state_{state}
        , digits_{view.digits()} {}

    void write(Sheet& sheet) {
        heading(sheet);
        std::vector<Stretch> const stretches = stretches_of(view_, space_, !state_.extended);
        u64 above = 0; // the start of the stretch above
        bool first = true;
        for (auto it = stretches.rbegin(); it != stretches.rend(); ++it) {
            if (!first && it->end < above) {
                gap(sheet, it->end, above);
            }
            row(sheet, *it);
            above = it->start;
            first = false;
        }
        if (stretches.empty()) {
            sheet.rows.push_back(Line{}.at(1).put("nothing is mapped", Role::Dim).done());
        } else if (above != 0) {
            gap(sheet, 0, above);
        }
    }

private:
    void heading(Sheet& sheet) const {
        Line line;
        line.put(space_.current ? ">" : " ", Role::Now);
        line.put(fmt::format("CR3 {:08x} {}", space_.cr3, space_.letter), Role::Heading);
        bool const room = state_.width > line.column() + columns(space_.name) + 7;
        line.put("  ").put(fit(space_.name, state_.width > line.column() + 2
                                                ? state_.width - line.column() - 2
                                                : 1),
                           Role::Normal);
        if (space_.current && room) { // '>' says it, too
            line.right("now", state_.width - 1, Role::Now);
        }
        sheet.rows.push_back(line.done(RowKind::Heading));
    }

    // What lies between two stretches, highest address on top. Between the two halves of canonical
    // addresses nothing can be mapped; what is free in each half could be.
    void gap(Sheet& sheet, u64 start, u64 end) const {
        constexpr u64 lower_end = u64{1} << 47U;
        constexpr u64 upper_start = 0 - lower_end;
        if (start >= upper_start || end <= lower_end) {
            gap_row(sheet, not_mapped(end - start));
            return;
        }
        if (end > upper_start) {
            gap_row(sheet, not_mapped(end - upper_start));
        }
        gap_row(sheet, "no canonical address");
        if (start < lower_end) {
            gap_row(sheet, not_mapped(lower_end - start));
        }
    }

    static std::string not_mapped(u64 size) { return bytes(size) + " not mapped"; }

    void gap_row(Sheet& sheet, std::string_view words) const {
        Line line;
        line.at(digits_ <= 8 ? 11 : 20).put(":  ", Role::Dim).put(words, Role::Dim);
        sheet.rows.push_back(line.spare(5));
        sheet.rows.back().kind = RowKind::Gap;
    }

    void row(Sheet& sheet, Stretch const& stretch) const {
        std::string const here = pointers(stretch);
        Line line;
        line.at(1).put(address(stretch.start, digits_), Role::Number).put(" ");
        line.put(stretch.user ? "o" : "#", ring_role(stretch.user ? 3 : 0)).put(" ");
        if (stretch.area != nullptr) {
            std::string const& name = stretch.area->name;
            line.put(prot_words(stretch.area->prot, stretch.area->flags)).put(" ");
            line.put(fit(name.empty() ? "anonymous" : name, 12), Role::Source);
            line.put(" ").put(pages(stretch), Role::Normal).tip("one letter a page: " + legend());
        } else {
            line.put(stretch.writable ? "rw" : "r-").put("  ");
            Role const role = stretch.user ? Role::Normal : Role::Dim;
            line.put(bytes(stretch.mapped), role);
            std::string const where = stretch.pieces == 1
                                          ? fmt::format(" at physical {}", hex(stretch.physical, 8))
                                          : fmt::format(" in {} pieces", stretch.pieces);
            if (line.column() + columns(where) + columns(here) < state_.width) {
                line.put(where, role);
            }
        }
        if (!here.empty()) {
            line.put(" ").put(here, Role::Changed);
        }
        sheet.rows.push_back(line.done());
    }

    static std::string legend() {
        return "p present, d present and written to, r present but read-only, - not present";
    }

    // "dp-": what the tables say about each page that the kernel has promised.
    [[nodiscard]] std::string pages(Stretch const& stretch) const {
        u64 const count = (stretch.end - stretch.start) / page_size_4k;
        std::string cells;
        u64 present = 0;
        for (u64 page = 0; page < count; ++page) {
            MappedRange const* range = at(stretch.start + page * page_size_4k);
            present += range != nullptr ? 1U : 0U;
            cells += range == nullptr ? '-' : !range->writable ? 'r' : range->dirty ? 'd' : 'p';
        }
        return count <= 8 ? cells : fmt::format("{} of {} pages", present, count);
    }

    [[nodiscard]] MappedRange const* at(u64 linear) const {
        auto const found =
            std::find_if(space_.ranges.begin(), space_.ranges.end(), [&](MappedRange const& range) {
                return linear >= range.start.value() && linear < end_of(range);
            });
        return found == space_.ranges.end() ? nullptr : &*found;
    }

    // The registers that point into it: only those that usually hold addresses, and only where
    // this space is the one in force.
    [[nodiscard]] std::string pointers(Stretch const& stretch) const {
        if (!space_.current) {
            return {};
        }
        Cpu const& cpu = view_.cpu;
        struct Pointer {
            char const* name;
            u64 value;
        };
        bool const wide = digits_ > 8;
        std::string words;
        for (Pointer const& pointer :
             {Pointer{wide ? "RIP" : "EIP", cpu.segments[seg::SegmentName::CS].base + cpu.rip},
              Pointer{wide ? "RSP" : "ESP",
                      cpu.segments[seg::SegmentName::SS].base + cpu[Gpr::RSP]},
              Pointer{wide ? "RSI" : "ESI", cpu[Gpr::RSI]},
              Pointer{wide ? "RDI" : "EDI", cpu[Gpr::RDI]}, Pointer{"CR2", cpu.cr2}}) {
            u64 const value = digits_ <= 8 ? pointer.value & 0xffff'ffffU : pointer.value;
            if (value >= stretch.start && value < stretch.end && value != 0) {
                words += words.empty() ? "<" : " ";
                words += pointer.name;
            }
        }
        return words;
    }

    View const& view_;
    view::AddressSpaceView const& space_;
    PanelState const& state_;
    unsigned digits_;
};

// What the letters mean, on one row or on two.
void write_legend(Sheet& sheet, std::size_t width) {
    Line line;
    line.at(1).put("o", Role::Ring3).put(" user  ", Role::Dim);
    line.put("#", Role::Ring0).put(" kernel", Role::Dim);
    if (width < 61) {
        sheet.rows.push_back(std::exchange(line, Line{}).spare(6));
        line.at(1);
    } else {
        line.put("   ");
    }
    bool first = true;
    for (auto const& [letter, word] :
         {std::pair{"p", "present"}, {"d", "dirty"}, {"r", "read-only"}, {"-", "absent"}}) {
        line.put(first ? "" : "  ").put(letter, Role::Heading).put(" ").put(word, Role::Dim);
        first = false;
    }
    sheet.rows.push_back(line.spare(6));
}

} // namespace

Sheet address_sheet(View const& now, View const& /*before*/, PanelState const& state) {
    Sheet sheet;
    sheet.name = "address";
    sheet.title = "ADDRESS SPACE";
    sheet.about = now.spaces.size() > 1 ? fmt::format("{} of them", now.spaces.size()) : "";
    if ((now.cpu.cr0 & cr0::PG) == 0) {
        sheet.rows.push_back(
            Line{}.at(1).put("Paging is off: linear is physical.", Role::Dim).done());
        return sheet;
    }
    for (auto const& space : now.spaces) {
        if (space.current && now.spaces.size() > 1) {
            sheet.focus = static_cast<int>(sheet.rows.size()) + 1; // its heading and its top
        }
        SpaceWriter{now, space, state}.write(sheet);
    }
    write_legend(sheet, state.width);
    return sheet;
}

} // namespace ringside::sheets
