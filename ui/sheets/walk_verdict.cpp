// Under the entries: what they add up to, which rule refused, and what the kernel thinks of it.
#include "core/trace/error_code.hpp"
#include "mmu/page_table_entry.hpp"
#include "ui/sheets/walk_writer.hpp"

#include <fmt/format.h>
#include <utility>

namespace ringside::sheets {

using mmu::PagingLevel;
using mmu::PagingMode;
using mmu::WalkVerdict;

void WalkWriter::write_result() {
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
        line.put(small(found.address.value() - base).substr(2), Role::Offset).put(" = ", Role::Dim);
        line.put(physical(found.address.value()), Role::Number);
        line.put(fmt::format("   {} page", bytes(found.page_size)), Role::Dim);
    }
    sheet_.rows.push_back(line.done());
}

void WalkWriter::write_rights() {
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
    label("rights", words, Role::Normal, 2);
}

void WalkWriter::label(std::string_view name, std::string_view text, Role role, u8 spare,
                       RowKind kind) {
    Line line;
    line.put(kind == RowKind::Now ? ">" : " ", Role::Now)
        .put(name, Role::Heading)
        .at(value_column());
    line.put(text, role);
    sheet_.rows.push_back(line.done(kind));
    sheet_.rows.back().spare = spare;
}

// Broken into what fits behind the names.
std::vector<std::string> WalkWriter::words(std::string_view text) const {
    std::size_t const column = value_column();
    return wrap(text, state_.width > column ? state_.width - column : 1);
}

void WalkWriter::write_verdict() {
    if (micro_ != 0 && micro_ <= walk_.steps.size()) {
        label("verdict", "not yet", Role::Dim);
        return;
    }
    if (by_software_) {
        write_software_verdict();
        return;
    }
    RowKind const kind = micro_ == walk_.steps.size() + 1 ? RowKind::Now : RowKind::Plain;
    if (!failed()) {
        label("verdict", fmt::format("ok: {} allowed", access_words(walk_.access)), Role::Passed, 0,
              kind);
        return;
    }
    Fault const& fault = walk_.outcome.error();
    std::string_view name = "verdict";
    for (std::string const& part : words(fmt::format("!{} error {}: {}", mnemonic(fault.vector),
                                                     trace::error_code_text(fault.error_code),
                                                     page_fault_bits(fault.error_code)))) {
        label(std::exchange(name, ""), part, Role::Fault, 0, kind);
    }
    if (fault.rule != nullptr) {
        write_rule(*fault.rule);
    }
    label("then",
          fmt::format("CR2 := {}, delivered through IDT[0e]",
                      address(fault.address.value(), walk_.mode == PagingMode::Level4 ? 16 : 8)),
          Role::Normal, 3);
}

// The kernel asked for a program's rights, and no CPU was there to raise a fault.
void WalkWriter::write_software_verdict() {
    RowKind const kind = micro_ == walk_.steps.size() + 1 ? RowKind::Now : RowKind::Plain;
    if (!failed()) {
        label("verdict", fmt::format("ok: {} allowed", access_words(walk_.access)), Role::Passed, 0,
              kind);
        label("then", "its frame can be shown to the kernel: kmap", Role::Normal, 3);
        return;
    }
    WalkVerdict const why = walk_.steps.back().verdict;
    label("verdict",
          why == WalkVerdict::NotPresent       ? "no: not present (P = 0)"
          : why == WalkVerdict::SupervisorOnly ? "no: not the program's (U = 0)"
                                               : "no: may not be written (W = 0)",
          Role::Fault, 0, kind);
    label("then", "no #PF: the CPU was not asked, and CR2 stays", Role::Normal, 3);
}

void WalkWriter::write_notes() {
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
        label("sets", words, Role::Write, 1);
    }
    if (by_software_) {
        label("cost", count(walk_.steps.size(), "load") + " by kernel code; the TLB is not asked",
              Role::Normal, 5);
    } else if (!fields_.empty()) {
        label("cost",
              count(mmu::memory_reads(walk_), "memory read") +
                  (walk_.mode == PagingMode::PAE ? "; the PDPTE was read when CR3 was loaded" : ""),
              Role::Normal, 5);
    }
    if (state_.extended || (all && state_.height != 0)) {
        std::size_t const before = sheet_.rows.size();
        write_checks();
        if (!state_.extended && sheet_.rows.size() > state_.height) {
            sheet_.rows.resize(before); // all of them or none
        }
    }
}

void WalkWriter::write_rule(Rule const& rule) {
    std::string_view name = "broken";
    for (std::string const& part : words(rule.sentence)) {
        label(std::exchange(name, ""), part, Role::Failed);
    }
    label("", rule.sdm, Role::Dim, 4);
}

// Every permission and reserved-bit rule that was asked, in the manual's order.
void WalkWriter::write_checks() {
    if (walk_.checks.size() > 0) {
        label("checks", "", Role::Normal);
    }
    for (Check const& check : walk_.checks) {
        if (check.rule == nullptr) {
            continue;
        }
        std::string const text = fmt::format("{}  ({})", check.rule->sentence, check.rule->sdm);
        bool first = true;
        for (std::string const& part : wrap(text, state_.width - 7)) {
            Line line;
            line.at(1);
            if (first) {
                line.put(check.ok ? "ok" : "STOP", check.ok ? Role::Passed : Role::Failed);
            }
            sheet_.rows.push_back(line.at(7).put(part).done());
            first = false;
        }
    }
}

void WalkWriter::write_promise() {
    mmu::WalkStep const& last = walk_.steps.back();
    u64 const linear = walk_.access.address.value();
    if (last.verdict == WalkVerdict::NotPresent && last.entry != 0) {
        label("but",
              fmt::format("P = 0, the other bits are the kernel's: swap slot {}", last.entry >> 8U),
              Role::Normal);
    }
    for (auto const& vma : now_.vmas) {
        if (linear >= vma.start && linear < vma.end) {
            unsigned const digits = walk_.mode == PagingMode::Level4 ? 16 : 8;
            label("area",
                  fmt::format("{}-{} {} {}", hex(vma.start, digits == 16 ? 1 : 8),
                              hex(vma.end, digits == 16 ? 1 : 8), prot_words(vma.prot, vma.flags),
                              vma.name),
                  Role::Normal, 1);
            return;
        }
    }
    if (!now_.vmas.empty() && linear < now_.user_end) {
        label("area", "none: the kernel has promised nothing here", Role::Normal, 1);
    }
}

} // namespace ringside::sheets
