// How the machine goes on: many instructions in the engine, until something needs a model.
#include "core/decoder/decode.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/instructions/rules.hpp"
#include "core/machine.hpp"
#include "core/unicorn/posture.hpp"

namespace ringside {

namespace {

using seg::SegmentName;

bool is_flat(seg::SegmentRegister const& segment, bool is_code) {
    return segment.usable && segment.base == 0 && segment.limit == 0xffffffff &&
           (is_code ? segment.descriptor.is_code() && segment.descriptor.readable()
                    : segment.descriptor.writable() && !segment.descriptor.expand_down());
}

} // namespace

// Where no check of an access can fail, the engine need not ask.
bool Machine::segments_are_flat() const {
    seg::SegmentState const& segments = cpu_.segments;
    if (segments.mode(cpu_.rflags) == seg::Mode::Long64) {
        return true; // limits and types of data segments are not looked at; canonical addresses are
    }
    return is_flat(segments[SegmentName::CS], true) && is_flat(segments[SegmentName::SS], false) &&
           is_flat(segments[SegmentName::DS], false) && is_flat(segments[SegmentName::ES], false);
}

void Machine::run_until_tick(u64 tick) {
    stop_ = {.tick = tick};
    while (!is_there()) {
        run(tick - ticks_);
    }
}

void Machine::run_until_insn(u64 insn) {
    stop_ = {.insn = insn};
    while (!is_there()) {
        run(insn - insns_);
    }
}

bool Machine::is_there() const {
    return ticks_ >= stop_.tick || insns_ >= stop_.insn || end_.has_value();
}

void Machine::run(u64 most_insns) {
    if (!segments_are_flat() || (cpu_.rflags & rflags::TF) != 0 || cpu_.interrupt_shadow) {
        step();
        return;
    }
    engine_.load(cpu_);
    in_engine_ = true;
    engine_ip_ = cpu_.rip;
    EngineExit const exit = engine_.run(most_insns, *this);
    in_engine_ = false;
    u64 const retired = engine_.retired();
    engine_.store(cpu_);
    insns_ += retired;
    ticks_ += retired;
    if (retired > 0) {
        cpu_.rflags &= ~rflags::RF;
    }
    finish_exit(exit);
}

void Machine::finish_exit(EngineExit const& exit) {
    if (writes_nowhere_) { // the page of ones was written to
        writes_nowhere_ = false;
        ram_.repair_unbacked_page();
        engine_.drop_all();
    }
    for (PhysicalAddress const frame : std::exchange(granted_for_one_step_, {})) {
        engine_.drop_frame(frame);
    }
    switch (exit.kind) {
    case ExitKind::BudgetSpent:
        if (engine_.retired() == 0) { // the next block alone is too long
            step();
        }
        return;
    case ExitKind::Stepped:
        return;
    case ExitKind::Miss:
        if (!pending_fault_) {
            step();
            return;
        }
        deliver_fault(*std::exchange(pending_fault_, std::nullopt));
        return;
    case ExitKind::FetchAhead:
        step_over_page_end(exit);
        return;
    case ExitKind::Untranslatable:
        mark_step_only(exit.ip);
        step();
        return;
    case ExitKind::SoftwareInterrupt: {
        u64 const next = cpu_.rip;
        cpu_.rip = exit.ip;
        deliver_software_interrupt(exit.vector, next);
        return;
    }
    case ExitKind::Trap:
    case ExitKind::InvalidOpcode:
    case ExitKind::Leak:
        break;
    }
    Instruction const instruction = decode_here(exit.ip);
    if (is_sensitive(instruction)) {
        execute_by_model(instruction);
        return;
    }
    u8 const vector = exit.kind == ExitKind::Trap ? exit.vector : u8{6};
    deliver_fault({.vector = static_cast<ExceptionVector>(vector),
                   .error_code = 0,
                   .rule = vector == 6    ? &rules::opcode_defined
                           : vector == 13 ? &rules::core_refused
                                          : nullptr});
}

// A block reaches into a page that must not be touched before the guest gets there: one instruction
// at a time.
void Machine::step_over_page_end(EngineExit const& exit) {
    u64 const first_page = LinearAddress{exit.ip}.page().value();
    u64 before = 0;
    do {
        before = cpu_.rip;
        step();
    } while (!is_there() && cpu_.rip > before &&
             LinearAddress{cpu_.rip}.page().value() == first_page);
}

} // namespace ringside
