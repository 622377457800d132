// What the TLB holds: translations that will be used without a walk, right or wrong, until the
// architecture drops them.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace ringside::sheets {

namespace {

void counters(Sheet& sheet, trace::Counters const& scene, std::size_t width) {
    std::string const words =
        fmt::format("this scene: {}, {}, {} failed, {}, {} dropped", count(scene.walks, "walk"),
                    count(scene.walk_reads, "read"), scene.failed_walks,
                    count(scene.cr3_writes, "CR3 write"), scene.flushed_entries);
    for (std::string const& part : wrap(words, width - 2)) {
        sheet.rows.push_back(Line{}.at(1).put(part, Role::Dim).done());
    }
}

struct Listed {
    mmu::TlbEntry const* entry;
    bool old; // it was there before
};

// There may be thousands: no search goes through all of them.
std::vector<Listed> new_ones_first(std::vector<mmu::TlbEntry> const& now,
                                   std::vector<mmu::TlbEntry> const& before) {
    std::multimap<u64, mmu::TlbEntry const*> pages;
    for (mmu::TlbEntry const& entry : before) {
        pages.emplace_hint(pages.end(), entry.page.value(), &entry);
    }
    std::vector<Listed> listed;
    for (mmu::TlbEntry const& entry : now) {
        auto const [first, last] = pages.equal_range(entry.page.value());
        bool const old =
            std::any_of(first, last, [&](auto const& known) { return *known.second == entry; });
        listed.push_back({&entry, old});
    }
    std::stable_partition(listed.begin(), listed.end(),
                          [](Listed const& each) { return !each.old; });
    return listed;
}

} // namespace

Sheet tlb_sheet(View const& now, View const& before, PanelState const& state) {
    Sheet sheet;
    sheet.name = "tlb";
    sheet.title = "TLB";
    sheet.about = count(now.tlb.size(), "entry");
    if (now.tlb.size() != 1) {
        sheet.about = fmt::format("{} entries", now.tlb.size());
    }
    sheet.note = "U user, W writable, G global, D dirty";
    counters(sheet, now.scene_counters, state.width);
    std::vector<Listed> const entries = new_ones_first(now.tlb, before.tlb);
    std::size_t const room = state.height == 0 ? entries.size() + sheet.rows.size() : state.height;
    for (auto const& [entry, old] : entries) {
        if (sheet.rows.size() >= room) {
            break;
        }
        Line line;
        line.put(old ? " " : "*", Role::Changed);
        line.put(address(entry->page.value(), now.digits()), Role::Number).put(" -> ", Role::Dim);
        line.put(physical(entry->frame.value()), Role::Number).put("  ");
        line.put(fmt::format("{} {} {} {}", entry->user ? 'U' : 'S', entry->writable ? 'W' : '-',
                             entry->global ? 'G' : '-', entry->dirty ? 'D' : '-'));
        line.tip("U user, S supervisor, W writable, G global: stays when CR3 is written, D dirty");
        line.put(entry->no_execute ? " NX" : "   ");
        std::string const size = "  " + bytes(entry->page_size);
        if (line.column() + columns(size) <= state.width) {
            line.put(size, Role::Dim);
        }
        sheet.rows.push_back(line.done());
    }
    return sheet;
}

} // namespace ringside::sheets
