#include "ui/sheets/access_writer.hpp"

#include "core/trace/error_code.hpp"
#include "core/x86/bits.hpp"
#include "core/x86/control_registers.hpp"
#include "ui/sheets/record_writer.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::sheets {

namespace {

char const* type_words(seg::SegmentAccessType type) {
    switch (type) {
    case seg::SegmentAccessType::Write:
        return "write";
    case seg::SegmentAccessType::Fetch:
        return "fetch";
    case seg::SegmentAccessType::Read:
        break;
    }
    return "read";
}

Role type_role(seg::SegmentAccessType type) {
    switch (type) {
    case seg::SegmentAccessType::Write:
        return Role::Write;
    case seg::SegmentAccessType::Fetch:
        return Role::Fetch;
    case seg::SegmentAccessType::Read:
        break;
    }
    return Role::Read;
}

bool is_refused(Explanation const& access) {
    return !access.segment.outcome;
}

class AccessWriter {
public:
    AccessWriter(Sheet& sheet, View const& now, PanelState const& state, Detail detail)
        : sheet_{sheet}
        , now_{now}
        , width_{state.width}
        , lines_{sheet, state.width, 0, detail}
        , digits_{now.is_64_bit() ? 16U : 8U} {}

    // The fetch is one line as long as nothing is wrong with it.
    void fetch(Explanation const& access) {
        seg::SegmentAccess const& segment = access.segment;
        if (is_refused(access)) {
            operand(access);
            return;
        }
        Line line;
        line.put(is_walked(access) ? ">" : " ", Role::Now).put("fetch", Role::Fetch);
        line.at(record_indent).put(fmt::format("cs:{}  ", address(segment.offset, digits_)));
        line.put(count(segment.size, "byte")).put("  ");
        line.put("ok", Role::Passed);
        line.put(fmt::format(" {} checks", segment.checks.size()), Role::Dim);
        for (Check const& check : segment.checks) {
            tip_ += fmt::format("{}ok {} ({})", tip_.empty() ? "" : "\n", check.rule->sentence,
                                check.rule->sdm);
        }
        line.tip(tip_);
        sheet_.rows.push_back(line.spare(4));
    }

    void operand(Explanation const& access) {
        seg::SegmentAccess const& segment = access.segment;
        heading(access);
        reg(segment);
        lines_.checks({segment.checks.begin(), segment.checks.size()});
        if (is_refused(access)) {
            Fault const& fault = segment.outcome.error();
            lines_.refused(static_cast<u8>(fault.vector), fault.error_code);
            return;
        }
        u64 const linear = segment.outcome.value().value();
        u64 const base = (linear - segment.offset) & low_mask(digits_ * 4);
        lines_.text("linear",
                    fmt::format("base {} + offset {} = {}", address(base, digits_),
                                address(segment.offset, digits_), address(linear, digits_)),
                    Role::Normal, 3);
        paging("paging", *access.lookup);
        if (access.second) {
            paging("and", *access.second);
        }
    }

private:
    // Is the walk that happens now this access's?
    [[nodiscard]] bool is_walked(Explanation const& access) const {
        if (!now_.now || is_refused(access)) {
            return false;
        }
        auto const* const walk = std::get_if<trace::Walk>(&now_.now->event.body);
        u64 const first = access.segment.outcome.value().value();
        return walk != nullptr && !walk->walk->access.implicit &&
               walk->walk->access.address.value() - first < access.segment.size;
    }

    void heading(Explanation const& access) {
        seg::SegmentAccess const& segment = access.segment;
        Line line;
        bool const now = is_walked(access);
        line.put(now ? ">" : " ", Role::Now);
        line.put(type_words(segment.type), type_role(segment.type)).at(record_indent);
        line.put(fmt::format("{}:{}  {}", seg::to_string(segment.name),
                             address(segment.offset, digits_), count(segment.size, "byte")),
                 Role::Heading);
        sheet_.rows.push_back(line.done(now ? RowKind::Now : RowKind::Heading));
        if (now || is_refused(access)) {
            sheet_.focus = static_cast<int>(sheet_.rows.size()) - 1;
        }
    }

    // Segment register, descriptor, base and limit: on one row when there is room.
    void reg(seg::SegmentAccess const& segment) {
        seg::SegmentRegister const& held = now_.cpu.segments[segment.name];
        std::string const name{seg::to_string(segment.name)};
        if (!held.usable && now_.cpu.segments.protection) {
            lines_.text(name, fmt::format("{:04x}, null", held.selector.raw));
            return;
        }
        std::string const what =
            now_.cpu.segments.protection
                ? fmt::format("{:04x} = {}: {}", held.selector.raw, selector_words(held.selector),
                              descriptor_words(held.descriptor.raw))
                : fmt::format("{:04x}", held.selector.raw);
        std::string const bounds =
            fmt::format("base {}, limit {:08x}", address(held.base, digits_), held.limit);
        if (record_indent + columns(what) + 2 + columns(bounds) <= width_) {
            lines_.text(name, what + ", " + bounds);
        } else {
            lines_.text(name, what, Role::Normal, 2);
            lines_.text("", bounds, Role::Normal, 5);
        }
    }

    void paging(std::string_view name, mmu::Lookup const& lookup) {
        if ((now_.cpu.cr0 & cr0::PG) == 0) {
            lines_.text(name, "off: linear is physical");
            return;
        }
        std::string words = lookup.walk ? "TLB miss: the tables are walked, " : "TLB hit: ";
        if (name == "and") {
            words = fmt::format("next page {}, {}", address(lookup.access.address.value(), digits_),
                                words);
        }
        if (lookup.outcome) {
            words += "physical " + physical(lookup.outcome.value().address.value());
            lines_.text(name, words);
            return;
        }
        Fault const& fault = lookup.outcome.error();
        lines_.text(name,
                    fmt::format("{}!{} error {}", words, mnemonic(fault.vector),
                                trace::error_code_text(fault.error_code)),
                    Role::Fault);
    }

    Sheet& sheet_;
    View const& now_;
    std::size_t width_;
    RecordWriter lines_;
    unsigned digits_;
    std::string tip_;
};

} // namespace

bool touches_memory(View const& now) {
    return now.accesses.size() > 1 || (!now.accesses.empty() && is_refused(now.accesses.front()));
}

void write_accesses(Sheet& sheet, View const& now, PanelState const& state, Detail detail) {
    sheet.title = "SEGMENTATION";
    std::size_t const operands = now.accesses.size() - 1;
    sheet.about =
        operands == 1 ? "the next instruction's access" : "the next instruction's accesses";
    sheet.note = operands == 0 ? "fetch refused" : count(operands, "operand");
    AccessWriter writer{sheet, now, state, detail};
    for (Explanation const& access : now.accesses) {
        if (&access == &now.accesses.front()) {
            writer.fetch(access);
        } else {
            writer.operand(access);
        }
    }
}

} // namespace ringside::sheets
