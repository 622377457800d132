// A change of control or of a segment: where from, where to, every check in the manual's order and
// what was pushed. A refusal shows the check that said STOP.
#include "ui/sheets/gate_writer.hpp"

#include <array>
#include <fmt/format.h>
#include <utility>

namespace ringside::sheets {

GateWriter::GateWriter(View const& now, view::EventView const& event, PanelState const& state,
                       bool compact)
    : now_{now}
    , event_{event}
    , state_{state}
    , micro_{event.age == 0 ? now.micro : 0}
    , compact_{compact} {
    sheet_.name = "gate";
    sheet_.title = "SEGMENTATION";
    sheet_.note = event.age == 0 ? fmt::format("event {}", event.index)
                                 : fmt::format("last one: event {}", event.index);
}

Sheet GateWriter::write() {
    std::visit(
        [&](auto const& body) {
            using Kind = std::decay_t<decltype(body)>;
            if constexpr (std::is_same_v<Kind, trace::Gate> ||
                          std::is_same_v<Kind, trace::Transfer> ||
                          std::is_same_v<Kind, trace::SegLoad> ||
                          std::is_same_v<Kind, trace::SegFault> ||
                          std::is_same_v<Kind, trace::Exception>) {
                describe(body);
            }
        },
        event_.event.body);
    return std::move(sheet_);
}

void GateWriter::describe(trace::Gate const& gate) {
    bool const software = gate.source == trace::GateSource::Int;
    sheet_.title = "GATE";
    sheet_.about = software ? fmt::format("int {:#x}", gate.vec)
                   : gate.source == trace::GateSource::Irq
                       ? fmt::format("interrupt, vector {:#x}", gate.vec)
                       : exception_name(gate.vec);
    places(gate.from, gate.to);
    text("gate", fmt::format("IDT[{:02x}] = {:016x}", gate.vec, gate.gate));
    text("", gate_words(gate.gate, gate.gate_high));
    checks(gate.checks);
    if (gate.stack_switched) {
        text("stack", fmt::format("ring {} gets its own: ss:esp from the TSS", gate.to.cpl));
    } else {
        text("stack", "same ring: no switch, the frame goes on this stack");
    }
    pushes(gate);
    text("then", fmt::format("cs:eip {:04x}:{}, ring {}", gate.to.cs, ip(gate.to.ip), gate.to.cpl));
}

void GateWriter::describe(trace::Transfer const& transfer) {
    static constexpr std::array titles{"IRET", "SYSCALL", "SYSRET", "FAR TRANSFER"};
    sheet_.title = titles.at(static_cast<std::size_t>(transfer.kind));
    sheet_.about = transfer.from.cpl == transfer.to.cpl
                       ? fmt::format("stays in ring {}", transfer.to.cpl)
                       : fmt::format("ring {} to ring {}", transfer.from.cpl, transfer.to.cpl);
    places(transfer.from, transfer.to);
    checks(transfer.checks);
    if (transfer.kind == trace::TransferKind::Iret) {
        text("pops", transfer.from.cpl == transfer.to.cpl && !now_.is_64_bit()
                         ? "eip, cs, eflags: the stack stays"
                         : "eip, cs, eflags, esp, ss");
    }
}

void GateWriter::describe(trace::SegLoad const& load) {
    std::string const reg{load.tr ? "tr" : load.ldtr ? "ldtr" : seg::to_string(load.reg)};
    seg::Selector const selector{load.selector};
    sheet_.about = fmt::format("load {} with {:04x}", reg, load.selector);
    text("selector", fmt::format("{:04x} = {}", load.selector, selector_words(selector)));
    if (!selector.is_null()) {
        text("entry", fmt::format("{:016x}", load.descriptor));
        text("", descriptor_words(load.descriptor));
        if (!load.vec) {
            text("hidden", fmt::format("base {:08x}  limit {:08x}", load.base, load.limit));
        }
    }
    checks(load.checks);
    if (load.vec) {
        refused(*load.vec, load.err);
    }
}

void GateWriter::describe(trace::SegFault const& fault) {
    std::string const reg{seg::to_string(fault.reg)};
    sheet_.about = fmt::format("{}:{}  {}", reg, ip(fault.offset),
                               fault.acc == 'w'   ? "write"
                               : fault.acc == 'x' ? "fetch"
                                                  : "read");
    seg::SegmentRegister const& segment = now_.cpu.segments[fault.reg];
    text(reg, fmt::format("{:04x}, {}", segment.selector.raw,
                          segment.usable ? descriptor_words(segment.descriptor.raw) : "null"));
    text("access", fmt::format("offset {}, {}, limit {:08x}", ip(fault.offset),
                               count(fault.size, "byte"), segment.limit));
    if (fault.rule != nullptr) {
        Check const check{fault.rule, false};
        checks({&check, 1});
    }
    refused(fault.vec, fault.err);
}

void GateWriter::describe(trace::Exception const& exception) {
    sheet_.title = "EXCEPTION";
    sheet_.about = exception_name(exception.vec);
    if (exception.rule != nullptr) {
        Check const check{exception.rule, false};
        checks({&check, 1});
    }
    refused(exception.vec, exception.err);
}

void GateWriter::places(trace::Place const& from, trace::Place const& to) {
    std::size_t const second = 30;
    auto ring = [&](Line& line, trace::Place const& place, std::string_view name) {
        line.put(name, Role::Heading)
            .put(fmt::format(" ring {} ", place.cpl), Role::Normal)
            .put(std::string(1, ring_glyph(place.cpl)), ring_role(place.cpl));
    };
    Line rings;
    rings.at(1);
    ring(rings, from, "from");
    rings.at(second).put("-> ", Role::Link);
    ring(rings, to, "to");
    sheet_.rows.push_back(rings.done());
    auto pair = [&](char const* name, u16 a, u64 b, u16 c, u64 d) {
        Line line;
        line.at(1).put(name, Role::Dim).put(fmt::format(" {:04x}:{}", a, ip(b)), Role::Number);
        line.at(second + 3)
            .put(fmt::format("{:04x}:{}", c, ip(d)), a == c && b == d ? Role::Dim : Role::Changed);
        sheet_.rows.push_back(line.done());
    };
    pair("cs:eip", from.cs, from.ip, to.cs, to.ip);
    pair("ss:esp", from.ss, from.sp, to.ss, to.sp);
}

void GateWriter::text(std::string_view name, std::string_view words) {
    Line line;
    line.at(1).put(name, Role::Heading).at(10).put(fit(words, state_.width - 10));
    sheet_.rows.push_back(line.done());
}

// "ok idt.limit", as many on a row as fit; what a rule says is in its tip.
void GateWriter::checks_in_short(std::span<Check const> list) {
    Line line;
    line.at(1).put("checks", Role::Heading);
    std::size_t const column = 19;
    std::size_t at = 10;
    for (Check const& check : list) {
        ++line_;
        std::string const words = check.rule == nullptr ? "core" : std::string{check.rule->id};
        if (at + 3 + columns(words) > state_.width) {
            sheet_.rows.push_back(std::exchange(line, Line{}).done());
            at = 10;
        }
        line.at(at).put(check.ok ? "ok " : "STOP ", check.ok ? Role::Passed : Role::Failed);
        line.put(words);
        if (check.rule != nullptr) {
            line.tip(fmt::format("{} ({})", check.rule->sentence, check.rule->sdm));
        }
        at += (columns(words) + 4 + column) / column * column;
    }
    sheet_.rows.push_back(line.done());
}

void GateWriter::checks(std::span<Check const> list) {
    if (compact_ && micro_ == 0 && list.size() > 3) {
        checks_in_short(list);
        return;
    }
    std::size_t number = 0;
    for (Check const& check : list) {
        ++number;
        ++line_;
        bool const later = micro_ != 0 && line_ > micro_;
        bool const now = micro_ != 0 && line_ == micro_;
        std::string words = "a check of the processor core";
        std::string source;
        if (check.rule != nullptr) {
            words = check.rule->sentence;
            source = check.rule->sdm;
        }
        bool first = true;
        for (std::string const& part : wrap(words, state_.width - 11)) {
            Line line;
            line.put(first && now ? ">" : " ", Role::Now);
            if (first) {
                line.put(fmt::format("{:>2}", number), Role::Dim).put(" ");
                line.put(later      ? "..."
                         : check.ok ? "ok"
                                    : "STOP",
                         later      ? Role::Dim
                         : check.ok ? Role::Passed
                                    : Role::Failed);
            }
            line.at(10).put(part, later ? Role::Dim : Role::Normal).tip(source);
            sheet_.rows.push_back(line.done(now ? RowKind::Now : RowKind::Plain));
            mark_focus(now);
            first = false;
        }
    }
}

void GateWriter::pushes(trace::Gate const& gate) {
    std::vector<std::string> const names = view::pushed_names(gate);
    for (std::size_t index = 0; index < gate.pushed.size(); ++index) {
        ++line_;
        bool const later = micro_ != 0 && line_ > micro_;
        bool const now = micro_ != 0 && line_ == micro_;
        u64 const at = gate.to.sp + gate.push_size * (gate.pushed.size() - 1 - index);
        Line line;
        line.put(now ? ">" : " ", Role::Now).put("push", later ? Role::Dim : Role::Write).at(10);
        line.put(fmt::format("{:<6} ", names[index]), later ? Role::Dim : Role::Normal);
        line.put(hex(gate.pushed[index], gate.push_size * 2U), later ? Role::Dim : Role::Number);
        line.put(fmt::format("  at {}", ip(at)), Role::Dim);
        sheet_.rows.push_back(line.done(now ? RowKind::Now : RowKind::Plain));
        mark_focus(now);
    }
}

void GateWriter::refused(u8 vector, u32 error) {
    Line line;
    line.at(1).put("raises", Role::Heading).at(10);
    line.put(fmt::format("!{}", exception_name(vector)), Role::Fault);
    if (vector < 32 && has_error_code(static_cast<ExceptionVector>(vector))) {
        line.put(fmt::format(" error {:04x}: {}", error, selector_error_words(error)));
    }
    sheet_.rows.push_back(line.done());
}

std::string GateWriter::ip(u64 value) const {
    return address(value, now_.is_64_bit() ? 16 : 8);
}

void GateWriter::mark_focus(bool now) {
    if (now) {
        sheet_.focus = static_cast<int>(sheet_.rows.size()) - 1;
    }
}

Sheet gate_sheet(View const& now, View const& /*before*/, PanelState const& state) {
    if (!now.transfer) {
        Sheet sheet;
        sheet.name = "gate";
        sheet.title = "SEGMENTATION";
        sheet.about = "no gate yet";
        sheet.rows.push_back(
            Line{}.at(1).put("No gate, return or segment load has happened.", Role::Dim).done());
        return sheet;
    }
    Sheet sheet = GateWriter{now, *now.transfer, state}.write();
    if (state.height != 0 && sheet.rows.size() > state.height) {
        sheet = GateWriter{now, *now.transfer, state, true}.write();
    }
    return sheet;
}

} // namespace ringside::sheets
