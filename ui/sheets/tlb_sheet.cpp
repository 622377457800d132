// What the TLB holds: translations that will be used without a walk, right or wrong, until the
// architecture drops them.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>

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

} // namespace

Sheet tlb_sheet(View const& now, View const& before, PanelState const& state) {
    Sheet sheet;
    sheet.name = "tlb";
    sheet.title = "TLB";
    sheet.about = count(now.tlb.size(), "entry");
    if (now.tlb.size() != 1) {
        sheet.about = fmt::format("{} entries", now.tlb.size());
    }
    sheet.note = "U user  W writable  G global  D dirty";
    counters(sheet, now.scene_counters, state.width);
    std::vector<mmu::TlbEntry const*> entries; // the new ones first
    for (bool const wanted : {true, false}) {
        for (mmu::TlbEntry const& entry : now.tlb) {
            bool const old =
                std::find(before.tlb.begin(), before.tlb.end(), entry) != before.tlb.end();
            if (old != wanted) {
                entries.push_back(&entry);
            }
        }
    }
    std::size_t const room = state.height == 0 ? entries.size() + sheet.rows.size() : state.height;
    for (mmu::TlbEntry const* entry : entries) {
        if (sheet.rows.size() >= room) {
            break;
        }
        bool const old =
            std::find(before.tlb.begin(), before.tlb.end(), *entry) != before.tlb.end();
        Line line;
        line.put(old ? " " : "*", Role::Changed);
        line.put(address(entry->page.value(), now.digits()), Role::Number).put(" -> ", Role::Dim);
        line.put(physical(entry->frame.value()), Role::Number).put("  ");
        line.put(fmt::format("{} {} {} {}", entry->user ? 'U' : 'S', entry->writable ? 'W' : '-',
                             entry->global ? 'G' : '-', entry->dirty ? 'D' : '-'));
        line.put(entry->no_execute ? " NX" : "   ");
        line.put(fmt::format("  {}", bytes(entry->page_size)), Role::Dim);
        sheet.rows.push_back(line.done());
    }
    return sheet;
}

} // namespace ringside::sheets
