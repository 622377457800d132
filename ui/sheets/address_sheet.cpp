// The address space, highest address on top: what the kernel has promised (areas) beside what the
// tables say (pages), and where the registers point. Under 4G/4G there are two.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::sheets {

namespace {

using mmu::MappedRange;

// One stretch of addresses to draw.
struct Stretch {
    u64 start = 0;
    u64 end = 0; // exclusive
    view::VmaView const* area = nullptr;
    bool user = false;
    bool writable = false;
    u64 physical = 0;
    u64 mapped = 0; // bytes, where tables decide
    u64 pieces = 1; // so many stretches with small gaps between, drawn as one
};

constexpr u64 nearby = 256 * 1024;

u64 end_of(MappedRange const& range) {
    return range.start.value() + range.size;
}

class SpaceWriter {
public:
    SpaceWriter(View const& view, view::AddressSpaceView const& space, PanelState const& state)
        : view_{view}
        , space_{space}
        , state_{state}
        , digits_{view.digits()} {}

    void write(Sheet& sheet) {
        heading(sheet);
        collect();
        u64 above = 0; // the start of the stretch above
        bool first = true;
        for (auto it = stretches_.rbegin(); it != stretches_.rend(); ++it) {
            if (!first && it->end < above) {
                gap(sheet, above - it->end);
            }
            row(sheet, *it);
            above = it->start;
            first = false;
        }
        if (stretches_.empty()) {
            sheet.rows.push_back(Line{}.at(1).put("nothing is mapped", Role::Dim).done());
        } else if (above != 0) {
            gap(sheet, above);
        }
    }

private:
    void heading(Sheet& sheet) const {
        Line line;
        line.put(space_.current ? ">" : " ", Role::Now);
        line.put(fmt::format("CR3 {:08x} {}", space_.cr3, space_.letter), Role::Heading);
        line.put("  ").put(space_.name, Role::Normal);
        if (space_.current) {
            line.right("now", state_.width - 1, Role::Now);
        }
        sheet.rows.push_back(line.done(RowKind::Heading));
    }

    void collect() {
        if (space_.user_runs) {
            for (auto const& area : view_.vmas) {
                stretches_.push_back({area.start, area.end, &area, true, false, 0, 0, 1});
            }
        }
        for (MappedRange const& range : space_.ranges) {
            bool const promised =
                std::any_of(stretches_.begin(), stretches_.end(), [&](Stretch const& stretch) {
                    return stretch.area != nullptr && range.start.value() >= stretch.start &&
                           end_of(range) <= stretch.end;
                });
            if (promised) {
                continue;
            }
            if (!stretches_.empty() && joins(stretches_.back(), range)) {
                stretches_.back().end = end_of(range);
                stretches_.back().mapped += range.size;
            } else {
                stretches_.push_back({range.start.value(), end_of(range), nullptr, range.user,
                                      range.writable, range.physical.value(), range.size, 1});
            }
        }
        std::sort(stretches_.begin(), stretches_.end(),
                  [](Stretch const& a, Stretch const& b) { return a.start < b.start; });
        if (!state_.extended) {
            gather();
        }
    }

    // Small kernel stretches that stand close together (4G/4G's window) become one row.
    void gather() {
        std::vector<Stretch> gathered;
        for (Stretch const& stretch : stretches_) {
            bool const close = !gathered.empty() && !gathered.back().user && !stretch.user &&
                               stretch.start - gathered.back().end < nearby;
            if (!close) {
                gathered.push_back(stretch);
                continue;
            }
            gathered.back().end = stretch.end;
            gathered.back().mapped += stretch.mapped;
            gathered.back().pieces += stretch.pieces;
            gathered.back().writable = gathered.back().writable || stretch.writable;
        }
        stretches_ = std::move(gathered);
    }

    // Adjacent, of equal rights, and going on in physical memory: one stretch for the eye, though
    // accessed and dirty bits may differ in it.
    static bool joins(Stretch const& stretch, MappedRange const& range) {
        return stretch.area == nullptr && stretch.end == range.start.value() &&
               stretch.user == range.user && stretch.writable == range.writable &&
               stretch.physical + (stretch.end - stretch.start) == range.physical.value();
    }

    void gap(Sheet& sheet, u64 size) const {
        Line line;
        line.at(digits_ <= 8 ? 11 : 20).put(":", Role::Dim);
        line.put(fmt::format("  {} not mapped", bytes(size)), Role::Dim);
        sheet.rows.push_back(line.done(RowKind::Gap));
    }

    void row(Sheet& sheet, Stretch const& stretch) const {
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
            line.put(stretch.pieces == 1
                         ? fmt::format("{} at physical {}", bytes(stretch.mapped),
                                       hex(stretch.physical, 8))
                         : fmt::format("{} in {} pieces", bytes(stretch.mapped), stretch.pieces),
                     stretch.user ? Role::Normal : Role::Dim);
        }
        std::string const here = pointers(stretch);
        if (!here.empty()) {
            std::size_t const left =
                state_.width > line.column() + 2 ? state_.width - line.column() - 2 : 0;
            line.put(" ").put(fit(here, left), Role::Changed);
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
        std::string words;
        for (Pointer const& pointer :
             {Pointer{"EIP", cpu.segments[seg::SegmentName::CS].base + cpu.rip},
              Pointer{"ESP", cpu.segments[seg::SegmentName::SS].base + cpu[Gpr::RSP]},
              Pointer{"ESI", cpu[Gpr::RSI]}, Pointer{"EDI", cpu[Gpr::RDI]},
              Pointer{"CR2", cpu.cr2}}) {
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
    std::vector<Stretch> stretches_;
};

} // namespace

Sheet address_sheet(View const& now, View const& /*before*/, PanelState const& state) {
    Sheet sheet;
    sheet.name = "address";
    sheet.title = "ADDRESS SPACE";
    sheet.about = now.spaces.size() > 1 ? fmt::format("{} of them", now.spaces.size()) : "";
    sheet.note = "o user  # kernel  d dirty  - absent";
    if ((now.cpu.cr0 & cr0::PG) == 0) {
        sheet.rows.push_back(
            Line{}.at(1).put("Paging is off: linear is physical.", Role::Dim).done());
        return sheet;
    }
    for (auto const& space : now.spaces) {
        SpaceWriter{now, space, state}.write(sheet);
    }
    return sheet;
}

} // namespace ringside::sheets
