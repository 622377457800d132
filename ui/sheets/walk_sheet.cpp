// The page walk: the address's bits on top, one row for each level, and below what the rights add
// up to. Two, three and four levels are the same code: a level is a field of the address and a row.
#include "mmu/page_table_entry.hpp"
#include "ui/sheets/walk_writer.hpp"

#include <fmt/format.h>

namespace ringside::sheets {

using mmu::PagingLevel;
using mmu::PagingMode;

std::vector<WalkField> walk_fields(PagingMode mode) {
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

namespace {

// What the kernel told of its look-up, in the form of the CPU's record. It has read no further than
// the last entry, and that one decided.
mmu::PageWalk told_walk(trace::Softwalk const& told) {
    using mmu::WalkVerdict;
    PagingLevel const top = told.steps.front().level;
    PagingMode const mode = top == PagingLevel::PML4   ? PagingMode::Level4
                            : top == PagingLevel::PDPT ? PagingMode::PAE
                                                       : PagingMode::Bits32;
    mmu::Access access;
    access.address = LinearAddress{told.lin};
    access.type = told.write ? mmu::AccessType::Write : mmu::AccessType::Read;
    access.user = true; // it asks for the rights that a program has
    mmu::PageWalk walk{access, mode};
    for (trace::SoftwalkStep const& step : told.steps) {
        walk.steps.push_back({PhysicalAddress{step.pa}, step.entry, step.level});
    }
    mmu::WalkStep& last = walk.steps.back();
    mmu::PageTableEntry const entry{last.entry};
    if (told.ok) {
        last.verdict = WalkVerdict::Leaf;
        walk.outcome =
            mmu::Translation{.address = entry.table() + walk.access.address.page_offset()};
    } else {
        last.verdict = !entry.present() ? WalkVerdict::NotPresent
                       : !entry.user()  ? WalkVerdict::SupervisorOnly
                                        : WalkVerdict::WriteProtected;
        walk.outcome = Fault{};
    }
    return walk;
}

mmu::PageWalk record_of(trace::Event const& event) {
    auto const* const told = std::get_if<trace::Softwalk>(&event.body);
    return told != nullptr ? told_walk(*told) : *std::get<trace::Walk>(event.body).walk;
}

} // namespace

WalkWriter::WalkWriter(View const& now, view::EventView const& event, PanelState const& state)
    : now_{now}
    , event_{event}
    , walk_{record_of(event.event)}
    , by_software_{std::holds_alternative<trace::Softwalk>(event.event.body)}
    , state_{state}
    , fields_{walk_fields(walk_.mode)}
    , micro_{event.age == 0 ? now.micro : 0}
    , wide_{walk_.mode == PagingMode::PAE || walk_.mode == PagingMode::Level4} {}

Sheet WalkWriter::write() {
    sheet_.name = "walk";
    sheet_.title = by_software_ ? "LOOK-UP BY SOFTWARE" : "PAGE WALK";
    u64 const linear = walk_.access.address.value();
    sheet_.about = fmt::format("{}  {}", address(linear, walk_.mode == PagingMode::Level4 ? 16 : 8),
                               access_words(walk_.access));
    sheet_.note = event_.age == 0 ? fmt::format("event {}, {}", event_.index,
                                                by_software_ ? "kernel code" : "TLB miss")
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

std::size_t walk_levels(View const& now) {
    return walk_fields(now.cpu.paging_context().mode).size();
}

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
