// A change of control or of a segment: where from, where to, every check in the manual's order and
// what was pushed. A refusal shows the check that said STOP.
#include "ui/sheets/access_writer.hpp"
#include "ui/sheets/gate_writer.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>

namespace ringside::sheets {

GateWriter::GateWriter(Sheet& sheet, View const& now, view::EventView const& event,
                       PanelState const& state, Detail detail)
    : sheet_{sheet}
    , now_{now}
    , event_{event}
    , lines_{sheet, state.width, event.age == 0 ? now.micro : 0, detail} {}

void GateWriter::write() {
    sheet_.title = "SEGMENTATION";
    sheet_.note = event_.age == 0 ? fmt::format("event {}", event_.index)
                                  : fmt::format("last one: event {}", event_.index);
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
}

void GateWriter::describe(trace::Gate const& gate) {
    bool const software = gate.source == trace::GateSource::Int;
    sheet_.title = "GATE";
    sheet_.about = software ? fmt::format("int {:#x}", gate.vec)
                   : gate.source == trace::GateSource::Irq
                       ? fmt::format("interrupt, vector {:#x}", gate.vec)
                       : exception_name(gate.vec);
    places(gate.from, gate.to);
    lines_.text("gate", fmt::format("IDT[{:02x}] = {:016x}", gate.vec, gate.gate));
    lines_.text("", gate_words(gate.gate, gate.gate_high), Role::Normal, 2);
    lines_.checks(gate.checks);
    if (gate.stack_switched) {
        lines_.text("stack",
                    fmt::format("ring {} gets its own: {} from the TSS", gate.to.cpl,
                                now_.is_64_bit() ? "rsp" : "ss:esp"),
                    Role::Normal, 3);
    } else {
        lines_.text("stack", "same ring: no switch, the frame goes on this stack", Role::Normal, 3);
    }
    pushes(gate);
    lines_.text("then",
                fmt::format("cs:{} {:04x}:{}, ring {}", name("eip"), gate.to.cs, ip(gate.to.ip),
                            gate.to.cpl),
                Role::Normal, 4); // it is on top, too
}

void GateWriter::describe(trace::Transfer const& transfer) {
    std::string_view const name = mnemonic(transfer);
    sheet_.title = name.empty() ? "FAR TRANSFER" : name;
    sheet_.about = transfer.from.cpl == transfer.to.cpl
                       ? fmt::format("stays in ring {}", transfer.to.cpl)
                       : fmt::format("ring {} to ring {}", transfer.from.cpl, transfer.to.cpl);
    places(transfer.from, transfer.to);
    lines_.checks(transfer.checks);
    if (transfer.kind == trace::TransferKind::SyscallInsn) {
        lines_.text("saves", transfer.by_sysenter ? "nothing: the program has to know where it was"
                                                  : "rip in rcx, rflags in r11; nothing is pushed");
        lines_.text("stack", transfer.by_sysenter ? "from an MSR: no TSS is asked"
                                                  : "still the program's: no TSS is asked");
    }
    if (transfer.kind == trace::TransferKind::Iret) {
        lines_.text("pops", now_.is_64_bit() ? "rip, cs, rflags, rsp, ss"
                            : transfer.from.cpl == transfer.to.cpl
                                ? "eip, cs, eflags: the stack stays"
                                : "eip, cs, eflags, esp, ss");
    }
}

void GateWriter::describe(trace::SegLoad const& load) {
    std::string const reg{load.tr ? "tr" : load.ldtr ? "ldtr" : seg::to_string(load.reg)};
    seg::Selector const selector{load.selector};
    sheet_.about = fmt::format("load {} with {:04x}", reg, load.selector);
    lines_.text("selector", fmt::format("{:04x} = {}", load.selector, selector_words(selector)));
    if (!selector.is_null()) {
        lines_.text("entry", fmt::format("{:016x}", load.descriptor));
        lines_.text("", descriptor_words(load.descriptor));
        if (!load.vec) {
            lines_.text("hidden", fmt::format("base {:08x}  limit {:08x}", load.base, load.limit));
        }
    }
    lines_.checks(load.checks);
    if (load.vec) {
        lines_.refused(*load.vec, load.err);
    }
}

void GateWriter::describe(trace::SegFault const& fault) {
    std::string const reg{seg::to_string(fault.reg)};
    sheet_.about = fmt::format("{}:{}  {}", reg, ip(fault.offset),
                               fault.acc == 'w'   ? "write"
                               : fault.acc == 'x' ? "fetch"
                                                  : "read");
    seg::SegmentRegister const& segment = now_.cpu.segments[fault.reg];
    lines_.text(reg,
                fmt::format("{:04x}, {}", segment.selector.raw,
                            segment.usable ? descriptor_words(segment.descriptor.raw) : "null"));
    lines_.text("access", fmt::format("offset {}, {}, limit {:08x}", ip(fault.offset),
                                      count(fault.size, "byte"), segment.limit));
    if (fault.rule != nullptr) {
        Check const check{fault.rule, false};
        lines_.checks({&check, 1});
    }
    lines_.refused(fault.vec, fault.err);
}

void GateWriter::describe(trace::Exception const& exception) {
    sheet_.title = "EXCEPTION";
    sheet_.about = exception_name(exception.vec);
    if (exception.rule != nullptr) {
        Check const check{exception.rule, false};
        lines_.checks({&check, 1});
    }
    lines_.refused(exception.vec, exception.err);
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
    auto pair = [&](std::string const& names, u16 a, u64 b, u16 c, u64 d) {
        Line line;
        line.at(1).put(names, Role::Dim).put(fmt::format(" {:04x}:{}", a, ip(b)), Role::Number);
        line.at(second + 3)
            .put(fmt::format("{:04x}:{}", c, ip(d)), a == c && b == d ? Role::Dim : Role::Changed);
        sheet_.rows.push_back(line.done());
    };
    pair("cs:" + name("eip"), from.cs, from.ip, to.cs, to.ip);
    pair("ss:" + name("esp"), from.ss, from.sp, to.ss, to.sp);
}

void GateWriter::pushes(trace::Gate const& gate) {
    std::vector<std::string> const names = view::pushed_names(gate);
    for (std::size_t index = 0; index < gate.pushed.size(); ++index) {
        RecordWriter::Step const step = lines_.next_line();
        u64 const at = gate.to.sp + gate.push_size * (gate.pushed.size() - 1 - index);
        Line line;
        line.put(step.now ? ">" : " ", Role::Now)
            .put("push", step.later ? Role::Dim : Role::Write)
            .at(record_indent);
        line.put(fmt::format("{:<6} ", name(names[index])), step.later ? Role::Dim : Role::Normal);
        line.put(hex(gate.pushed[index], gate.push_size * 2U),
                 step.later ? Role::Dim : Role::Number);
        line.put(fmt::format("  at {}", ip(at)), Role::Dim);
        lines_.add(line.done(), step);
    }
}

std::string GateWriter::name(std::string const& of_register) const {
    return register_name(of_register, now_.is_64_bit());
}

std::string GateWriter::ip(u64 value) const {
    return address(value, now_.is_64_bit() ? 16 : 8);
}

namespace {

// What the panel is about: the change of control or of a segment that happens now; else the memory
// accesses of the instruction that is next; else the last change.
Sheet write(View const& now, PanelState const& state, Detail detail) {
    Sheet sheet;
    sheet.name = "gate";
    // A refused access is shown whole, with the checks that held before the one that did not.
    bool const changes = now.transfer && now.transfer->age == 0 &&
                         !std::holds_alternative<trace::SegFault>(now.transfer->event.body);
    if (!changes && touches_memory(now)) {
        write_accesses(sheet, now, state, detail);
        if (now.transfer && state.extended) {
            Sheet last;
            GateWriter{last, now, *now.transfer, state, detail}.write();
            sheet.rows.push_back(Line{}
                                     .put(fmt::format(" {} {}, event {}", last.title, last.about,
                                                      now.transfer->index),
                                          Role::Heading)
                                     .done(RowKind::Heading));
            std::move(last.rows.begin(), last.rows.end(), std::back_inserter(sheet.rows));
        }
        return sheet;
    }
    GateWriter{sheet, now, *now.transfer, state, detail}.write();
    return sheet;
}

} // namespace

Sheet gate_sheet(View const& now, View const& /*before*/, PanelState const& state) {
    if (!now.transfer && !touches_memory(now)) {
        Sheet sheet;
        sheet.name = "gate";
        sheet.title = "SEGMENTATION";
        sheet.about = "nothing yet";
        sheet.rows.push_back(
            Line{}.at(1).put("No gate, return or segment load has happened.", Role::Dim).done());
        return sheet;
    }
    Sheet sheet;
    for (Detail const detail : {Detail::Sentences, Detail::Names, Detail::Count}) {
        sheet = write(now, state, detail);
        if (state.height == 0 || sheet.rows.size() <= state.height) {
            break;
        }
    }
    return sheet;
}

} // namespace ringside::sheets
