// What the models decide, committed: instructions of the system, interrupts and exceptions, the end
// of a run.
#include "core/decoder/decode.hpp"
#include "core/event_bodies.hpp"
#include "core/machine.hpp"

#include <fmt/format.h>

namespace ringside {

namespace {

trace::GateSource source_of(seg::InterruptSource source) {
    switch (source) {
    case seg::InterruptSource::Software:
    case seg::InterruptSource::SoftwareBreakpoint:
        return trace::GateSource::Int;
    case seg::InterruptSource::External:
        return trace::GateSource::Irq;
    case seg::InterruptSource::ICEBP:
    case seg::InterruptSource::Exception:
        break;
    }
    return trace::GateSource::Exception;
}

trace::Gate gate_event(seg::InterruptDelivery const& record) {
    trace::Gate event{.vec = record.request.vector,
                      .source = source_of(record.request.source),
                      .gate = record.gate_low,
                      .gate_high = record.gate_high,
                      .from = place_of(record.from),
                      .to = place_of(record.outcome.value()),
                      .pushed = {},
                      .checks = {record.checks.begin(), record.checks.end()},
                      .stack_switched = record.stack_switched};
    for (std::size_t i = record.first_push; i < record.writes.size(); ++i) {
        event.pushed.push_back(record.writes[i].value);
        event.push_size = record.writes[i].size;
    }
    return event;
}

} // namespace

void Machine::tell(trace::Body body) {
    if (sink_ == nullptr) {
        return;
    }
    u64 const in_run = in_engine_ ? engine_.retired() : 0;
    sink_->on_event({.tick = ticks_ + in_run,
                     .insn = insns_ + in_run,
                     .ip = in_engine_ ? engine_ip_ : cpu_.rip,
                     .cr3 = cpu_.cr3,
                     .pid = pid_,
                     .cs = cpu_.segments[seg::SegmentName::CS].selector.raw,
                     .cpl = number(cpu_.cpl()),
                     .body = std::move(body)});
}

void Machine::execute_by_model(Instruction const& instruction) {
    if (instruction.operation == Operation::Int1) {
        deliver({.vector = 1, .source = seg::InterruptSource::ICEBP, .error_code = {}},
                cpu_.rip + instruction.length);
        return;
    }
    u64 const start = cpu_.rip;
    while (true) {
        Execution execution{instruction, cpu_, *this};
        Outcome const outcome = execute(execution);
        after_model_writes();
        if (!outcome) {
            flush_printed();
            deliver_fault(outcome.error());
            return;
        }
        if (outcome.value() == Progress::Retired) {
            flush_printed();
            bool const keeps_resume_flag = instruction.operation == Operation::Iret;
            u64 const resume = execution.cpu.rflags & rflags::RF;
            bool const shadow = execution.cpu.interrupt_shadow;
            cpu_ = execution.cpu;
            retire();
            cpu_.rflags |= keeps_resume_flag ? resume : 0;
            cpu_.interrupt_shadow = shadow;
            break;
        }
        cpu_ = execution.cpu;
        cpu_.rip = start;
    }
    if (power_off_) {
        finish(*power_off_);
    } else if (cpu_.halted) {
        finish({.kind = EndKind::Halted,
                .reason = fmt::format("the processor halted at {:#x} and nothing can wake it",
                                      cpu_.rip)});
    }
}

void Machine::flush_printed() {
    std::string text = console_.take_printed();
    if (!text.empty()) {
        tell(trace::Text{.kind = trace::TextKind::Console, .text = std::move(text)});
    }
}

void Machine::deliver_software_interrupt(u8 vector, u64 next_ip) {
    bool const is_breakpoint = vector == 3 || vector == 4;
    Instruction const instruction = decode_here(cpu_.rip);
    bool const is_short = is_breakpoint && instruction.operation != Operation::Int;
    deliver({.vector = vector,
             .source = is_short ? seg::InterruptSource::SoftwareBreakpoint
                                : seg::InterruptSource::Software,
             .error_code = {}},
            next_ip);
}

void Machine::tell_fault(Fault const& fault) {
    if (fault.vector == ExceptionVector::PF) {
        cpu_.cr2 = fault.address.value();
        tell(trace::PageFault{.cr2 = fault.address.value(), .err = fault.error_code});
    } else {
        tell(trace::Exception{
            .vec = static_cast<u8>(fault.vector), .err = fault.error_code, .rule = fault.rule});
    }
}

void Machine::deliver_fault(Fault const& fault) {
    tell_fault(fault);
    std::optional<u32> error;
    if (has_error_code(fault.vector)) {
        error = fault.error_code;
    }
    deliver({.vector = static_cast<u8>(fault.vector),
             .source = seg::InterruptSource::Exception,
             .error_code = error},
            cpu_.rip);
}

// One attempt; what went wrong in it if it did.
std::optional<Fault> Machine::try_delivery(seg::InterruptRequest const& request, u64 ip) {
    seg::ControlState from = cpu_.control_state();
    from.ip = ip;
    seg::InterruptDelivery const record = seg::deliver(cpu_.segments, *this, from, request);
    if (record.new_stack) {
        tell(event_of(*record.new_stack));
    }
    if (!record.outcome) {
        return record.outcome.error();
    }
    trace::Gate event = gate_event(record);
    event.from.ip = cpu_.rip;
    tell(std::move(event));
    seg::commit(record.writes, *this);
    bool const had_ac = (cpu_.rflags & rflags::AC) != 0;
    cpu_.enter(record.outcome.value());
    for (seg::SegmentName const name : record.nulled) {
        cpu_.segments[name] = seg::null_segment(seg::Selector{});
    }
    if (had_ac != ((cpu_.rflags & rflags::AC) != 0)) {
        translation_rules_changed();
    }
    after_model_writes();
    return std::nullopt;
}

// Delivers, and what goes wrong on the way by the double-fault table (SDM volume 3, table 7-5).
void Machine::deliver(seg::InterruptRequest request, u64 ip) {
    bool const is_software = request.source == seg::InterruptSource::Software ||
                             request.source == seg::InterruptSource::SoftwareBreakpoint ||
                             request.source == seg::InterruptSource::ICEBP;
    bool retires = is_software;
    bool is_first = true;
    cpu_.interrupt_shadow = false;
    while (auto const second = try_delivery(request, ip)) {
        tell_fault(*second);
        after_model_writes();
        auto const first = static_cast<ExceptionVector>(request.vector);
        // What an INT n or an external interrupt meets is a first exception: these are benign.
        bool const is_benign = is_first && request.source != seg::InterruptSource::Exception;
        seg::Escalation const next =
            is_benign ? seg::Escalation::HandleSecond : seg::escalate(first, second->vector);
        is_first = false;
        retires = false;
        ip = cpu_.rip; // the instruction did not get through: it is the faulting one now
        if (next == seg::Escalation::Shutdown) {
            ++ticks_;
            finish({.kind = EndKind::Shutdown,
                    .reason = fmt::format("triple fault: {} while delivering {} at {:#x}",
                                          mnemonic(second->vector), mnemonic(first), cpu_.rip)});
            return;
        }
        bool const is_double = next == seg::Escalation::DoubleFault;
        ExceptionVector const vector = is_double ? ExceptionVector::DF : second->vector;
        if (is_double) {
            tell(trace::Exception{.vec = static_cast<u8>(ExceptionVector::DF), .err = 0});
        }
        request = {.vector = static_cast<u8>(vector),
                   .source = seg::InterruptSource::Exception,
                   .error_code = {}};
        if (has_error_code(vector)) {
            request.error_code = is_double ? 0 : second->error_code;
        }
    }
    ++ticks_;
    insns_ += retires ? 1 : 0;
}

void Machine::finish(RunEnd end) {
    if (end.kind == EndKind::Shutdown) {
        tell(trace::Shutdown{.text = end.reason});
    }
    end.insns = insns_;
    end.ticks = ticks_;
    end_ = std::move(end);
}

} // namespace ringside
