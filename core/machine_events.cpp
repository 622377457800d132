// What the models decide, committed: instructions of the system, interrupts and exceptions, the end
// of a run.
#include "core/decoder/decode.hpp"
#include "core/event_bodies.hpp"
#include "core/instructions/task_switches.hpp"
#include "core/machine.hpp"
#include "core/x86/debug_registers.hpp"

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

bool is_software(seg::InterruptSource source) {
    return source == seg::InterruptSource::Software ||
           source == seg::InterruptSource::SoftwareBreakpoint;
}

trace::Gate gate_event(seg::InterruptDelivery const& record, trace::Place const& to) {
    trace::Gate event{.vec = record.request.vector,
                      .source = source_of(record.request.source),
                      .gate = record.gate_low,
                      .gate_high = record.gate_high,
                      .from = place_of(record.from),
                      .to = to,
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
    bool const traps = (cpu_.rflags & rflags::TF) != 0; // which wakes a processor that halts
    while (true) {
        Execution execution{instruction, cpu_, *this};
        Outcome const outcome = execute(execution);
        after_model_writes();
        if (!outcome) {
            flush_printed();
            if (outcome.error().vector == ExceptionVector::DB) { // MOV of a debug register, with GD
                raise_debug(dr6::BD);
                return;
            }
            deliver_fault(outcome.error());
            return;
        }
        if (outcome.value() == Progress::Retired) {
            flush_printed();
            retire_in_model(execution);
            break;
        }
        cpu_ = execution.cpu;
        cpu_.rip = start;
        elements_done_ = true;
        if (trap_between_elements()) {
            return;
        }
    }
    if (power_off_) {
        finish(*power_off_);
    } else if (cpu_.halted && !traps && !can_wake()) {
        finish_halted();
    }
}

// The model's registers are the machine's now; what a task switch met after its commit point is an
// exception of the same step.
void Machine::retire_in_model(Execution const& execution) {
    Cpu const after = execution.cpu;
    // Of several that ask for it in a row only the first delays interrupts (SDM volume 2, "STI").
    bool const shadow = after.interrupt_shadow && !cpu_.interrupt_shadow;
    cpu_ = after;
    retire();
    cpu_.rflags |= execution.keeps_resume_flag ? after.rflags & rflags::RF : 0;
    cpu_.interrupt_shadow = shadow;
    cpu_.debug_shadow = after.debug_shadow;
    if (execution.fault_after) {
        --ticks_;
        deliver_fault(*execution.fault_after);
    }
}

void Machine::enter(Cpu const& now) {
    cpu_ = now;
    translation_rules_changed();
}

void Machine::flush_printed() {
    std::string text = board_.console().take_printed();
    if (!text.empty()) {
        tell(trace::Text{.kind = trace::TextKind::Console, .text = std::move(text)});
    }
}

void Machine::deliver_software_interrupt(Instruction const& instruction, u8 vector, u64 next_ip) {
    bool const is_breakpoint = vector == 3 || vector == 4;
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
    if (elements_done_) { // it is the next element's
        pause_between_elements();
        return;
    }
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

// Through a task gate: the handler is a task of its own.
Machine::Attempt Machine::deliver_by_task(seg::InterruptDelivery const& record, u64 ip) {
    seg::InterruptRequest const& request = record.request;
    bool const external = !is_software(request.source);
    Cpu next = cpu_;
    next.rip = ip;
    next.rflags = record.from.rflags;
    seg::TaskSwitch const task =
        decide_task_switch(next, *this, seg::TaskSwitchCause::Interrupt, record.task, external);
    if (!task.outcome) {
        return {.fault = task.outcome.error()};
    }
    trace::Gate event = gate_event(record, place_of(task));
    event.from.ip = cpu_.rip;
    if (request.error_code) {
        event.pushed.push_back(*request.error_code);
    }
    tell(std::move(event));
    tell(event_of(task, cpu_));
    std::optional<Fault> const fault = enter_task(next, *this, task, request.error_code, external);
    after_model_writes();
    return {.fault = fault, .in_new_task = true};
}

// One attempt; what went wrong in it if it did.
Machine::Attempt Machine::try_delivery(seg::InterruptRequest const& request, u64 ip) {
    seg::ControlState from = cpu_.control_state();
    from.ip = ip;
    seg::InterruptDelivery const record = seg::deliver(cpu_.segments, *this, from, request);
    if (record.task_gate) {
        return deliver_by_task(record, ip);
    }
    if (record.new_stack) {
        tell(event_of(*record.new_stack));
    }
    if (!record.outcome) {
        return {.fault = record.outcome.error()};
    }
    trace::Gate event = gate_event(record, place_of(record.outcome.value()));
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
    return {};
}

// Delivers, and what goes wrong on the way by the double-fault table (SDM volume 3, table 7-5).
void Machine::deliver(seg::InterruptRequest request, u64 ip) {
    bool retires = is_software(request.source) || request.source == seg::InterruptSource::ICEBP;
    bool is_first = true;
    cpu_.interrupt_shadow = cpu_.debug_shadow = cpu_.halted = false;
    while (true) {
        Attempt const attempt = try_delivery(request, ip);
        std::optional<Fault> const& second = attempt.fault;
        if (!second) {
            break;
        }
        tell_fault(*second);
        after_model_writes();
        auto const first = static_cast<ExceptionVector>(request.vector);
        // What an INT n or an external interrupt meets is a first exception: these are benign.
        bool const is_benign = is_first && request.source != seg::InterruptSource::Exception;
        seg::Escalation const next =
            is_benign ? seg::Escalation::HandleSecond : seg::escalate(first, second->vector);
        is_first = false;
        retires = retires && attempt.in_new_task;
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

void Machine::finish_halted() {
    if (!config_.rom.empty() && (cpu_.rflags & rflags::IF) == 0) { // a ROM's way to say it is done
        finish({.kind = EndKind::Exited, .reason = {}});
        return;
    }
    finish(
        {.kind = EndKind::Halted,
         .reason = fmt::format("the processor halted at {:#x} and nothing can wake it", cpu_.rip)});
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
