// `ringside maps`: the linear address space at a moment, page tables beside the kernel's areas
// (VMAs).
#include "core/trace/areas.hpp"
#include "core/trace/names.hpp"
#include "mmu/mmu.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/machine_options.hpp"
#include "ui/cli/output.hpp"
#include "ui/cli/recording.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <set>

namespace ringside::cli {

namespace {

using mmu::MappedRange;

u64 end_of(MappedRange const& range) {
    return range.start.value() + range.size;
} // 0: the top of the address space

// Every address where something begins or ends, ascending. An end at the top of the address space
// is 0 and comes last.
std::vector<u64> borders(std::vector<MappedRange> const& pages,
                         std::vector<trace::Vma> const& areas) {
    std::set<u64> at;
    bool to_the_top = false;
    for (MappedRange const& range : pages) {
        at.insert(range.start.value());
        to_the_top = to_the_top || end_of(range) == 0;
        at.insert(end_of(range) == 0 ? range.start.value() : end_of(range));
    }
    for (trace::Vma const& area : areas) {
        at.insert({area.start, area.end});
    }
    std::vector<u64> sorted{at.begin(), at.end()};
    if (to_the_top) {
        sorted.push_back(0);
    }
    return sorted;
}

MappedRange const* pages_at(std::vector<MappedRange> const& pages, u64 address) {
    auto const found = std::ranges::find_if(pages, [&](MappedRange const& range) {
        return address >= range.start.value() && address - range.start.value() < range.size;
    });
    return found == pages.end() ? nullptr : &*found;
}

trace::Vma const* area_at(std::vector<trace::Vma> const& areas, u64 address) {
    auto const found = std::ranges::find_if(
        areas, [&](trace::Vma const& area) { return address >= area.start && address < area.end; });
    return found == areas.end() ? nullptr : &*found;
}

// "rw- U AD  -> 0x300000"
std::string pages_text(MappedRange const* range, u64 address) {
    if (range == nullptr) {
        return "not present";
    }
    return fmt::format("r{}{} {} {}{}{}{} -> {}", range->writable ? 'w' : '-',
                       range->no_execute ? '-' : 'x', range->user ? "user  " : "kernel",
                       range->accessed ? 'A' : '-', range->dirty ? 'D' : '-',
                       range->global ? 'G' : '-', range->page_size > 4096 ? 'L' : '-',
                       trace::hex(range->physical.value() + (address - range->start.value())));
}

std::string area_text(trace::Vma const* area) {
    constexpr u32 shared = 1;
    constexpr u32 grows_down = 2;
    constexpr u32 heap = 4;
    if (area == nullptr) {
        return "-";
    }
    std::string const name = !area->file.empty()         ? area->file
                             : (area->flags & heap) != 0 ? "[heap]"
                                                         : "[anonymous]";
    return fmt::format("{}{}{}{} {}{}", (area->prot & 1U) != 0 ? 'r' : '-',
                       (area->prot & 2U) != 0 ? 'w' : '-', (area->prot & 4U) != 0 ? 'x' : '-',
                       (area->flags & shared) != 0 ? 's' : 'p', name,
                       (area->flags & grows_down) != 0 ? ", grows down" : "");
}

std::string maps_text(Session const& session, std::vector<trace::Vma> const& areas,
                      std::string const& title) {
    auto const pages = mmu::list_mappings(session.physical(), session.cpu().paging_context());
    int const digits = session.cpu().segments.long_mode_active ? 16 : 8;
    std::string text = title;
    if (session.cpu().paging_context().mode == mmu::PagingMode::None) {
        return title + "paging is off (CR0.PG = 0): each linear address is the physical one\n";
    }
    text += fmt::format("{:<{}}  {:<34}  {}\n", "linear", 2 * digits + 1, "page tables (fact)",
                        "area (promise)");
    auto const at = borders(pages, areas);
    for (std::size_t i = 0; i + 1 < at.size(); ++i) {
        MappedRange const* const range = pages_at(pages, at[i]);
        trace::Vma const* const area = area_at(areas, at[i]);
        if (range != nullptr || area != nullptr) {
            text += fmt::format("{:0{}x}-{:0{}x}  {:<34}  {}\n", at[i], digits, at[i + 1], digits,
                                pages_text(range, at[i]), area_text(area));
        }
    }
    return text;
}

struct MapsOptions {
    MachineOptions machine;
    std::string at;
};

int maps_run(MapsOptions const& options) {
    Recording recording{options.machine.config(), options.machine.max_insns};
    Moment const moment = recording.go_to(options.at);
    auto const& events = recording.events();
    u32 const pid = events.empty() ? 0 : events[std::min<u64>(moment.event, events.size() - 1)].pid;
    Session const& session = recording.session();
    auto const areas = trace::areas_at(events, moment.event, pid);
    std::string const title =
        fmt::format("CR3 {}, process {}, event {}, instruction {}\n", trace::hex(session.cpu().cr3),
                    pid, moment.event, session.insns());
    write_standard_output(maps_text(session, areas, title));
    return status::ok;
}

} // namespace

void add_maps(Command& line) {
    auto command = line.add_command(
        "maps", "the address space as ranges with flags and owners, areas beside page tables");
    auto const options = std::make_shared<MapsOptions>();
    options->machine.add_to(command);
    command.add_option("--at", options->at, "WHEN").required();
    command.footer("Page tables: rights, who, A accessed, D dirty, G global, L large page, -> "
                   "physical address.\n"
                   "Example: ringside maps pages --at key:sys1");
    command.action([options] { return maps_run(*options); });
}

} // namespace ringside::cli
