// How the machine goes on: many instructions in the engine, until something needs a model.
#include "core/alignment.hpp"
#include "core/debug_unit.hpp"
#include "core/decoder/decode.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/instructions/rules.hpp"
#include "core/machine.hpp"
#include "core/near_branches.hpp"
#include "core/unicorn/posture.hpp"

namespace ringside {

// From now on the engine keeps pages of these ranges; what it has outside of them goes.
void Machine::keep_pages(FreePages const& pages) {
    FreePages& kept = kept_pages_[static_cast<std::size_t>(unicorn::class_of(cpu_))];
    if (kept == pages) {
        return;
    }
    if (!pages.data.covers(kept.data) || !pages.code.covers(kept.code)) {
        engine_.drop_all();
    }
    kept = pages;
}

Guards Machine::guards(FreePages const& pages) const {
    u64 const code_limit = !is_64bit() && is_beyond_code(0xffffffff)
                               ? cpu_.segments[seg::SegmentName::CS].limit
                               : Guards::no_limit;
    Guards guards{.read = {},
                  .write = {},
                  .wraps = {},
                  .several = !is_whole(pages.data),
                  .code_limit = code_limit};
    for (seg::SegmentName const name :
         {seg::SegmentName::CS, seg::SegmentName::FS, seg::SegmentName::GS}) {
        auto const number = static_cast<std::size_t>(name);
        Guarding const reads = guarding(cpu_.segments, cpu_.rflags, name, false, pages);
        Guarding const writes = guarding(cpu_.segments, cpu_.rflags, name, true, pages);
        guards.read[number] = reads == Guarding::Always;
        guards.write[number] = writes == Guarding::Always;
        guards.wraps[number] = reads == Guarding::IfItWraps || writes == Guarding::IfItWraps;
    }
    return guards;
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
    if (take_debug_trap() || serve_devices()) {
        return;
    }
    auto const pages = free_pages(cpu_.segments, cpu_.rflags);
    if (!pages || (cpu_.rflags & rflags::TF) != 0 || cpu_.interrupt_shadow ||
        cpu_.pending_debug != 0 || debug_unit::is_armed(cpu_) || checks_alignment(cpu_)) {
        step();
        return;
    }
    keep_pages(*pages);
    u64 const until_event = board_.bus().next_event() - device_time();
    EngineExit exit = run_engine(std::min(most_insns, until_event), guards(*pages));
    if (exit.kind == ExitKind::Trap && is_64bit() && !is_sensitive(exit.instruction)) {
        exit.kind = ExitKind::Guarded; // an address that is not canonical? Its segment tells more
    }
    finish_exit(exit);
}

EngineExit Machine::run_engine(u64 most_insns, Guards const& guards) {
    engine_.load(cpu_, guards);
    in_engine_ = true;
    engine_ip_ = cpu_.rip;
    EngineExit const exit = engine_.run(most_insns, *this);
    in_engine_ = false;
    u64 const retired = engine_.retired();
    engine_.store(cpu_);
    note_elements();
    insns_ += retired;
    ticks_ += retired;
    if (retired > 0) {
        cpu_.rflags &= ~rflags::RF;
    }
    return exit;
}

// After a run, or inside it.
void Machine::note_elements() {
    elements_done_ = (elements_done_ && engine_.retired() == 0) || engine_.is_inside_repeat();
}

// What was granted for this time only.
void Machine::take_back_grants() {
    if (writes_nowhere_) { // the page of ones was written to
        writes_nowhere_ = false;
        ram_.repair_unwritable();
        engine_.drop_all();
    }
    for (PhysicalAddress const frame : std::exchange(granted_for_one_step_, {})) {
        engine_.drop_frame(frame);
    }
    for (LinearAddress const page : std::exchange(pages_for_one_step_, {})) {
        engine_.drop(page, page_size_4k);
    }
}

void Machine::finish_exit(EngineExit const& exit) {
    take_back_grants();
    switch (exit.kind) {
    case ExitKind::BudgetSpent:
        if (engine_.retired() == 0) { // the next block alone is too long
            step();
        }
        return;
    case ExitKind::Stepped:
        return;
    case ExitKind::BeyondCode:
        take_back_branch(exit.instruction, cpu_);
        step();
        return;
    case ExitKind::Guarded:
        step();
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
        deliver_software_interrupt(exit.instruction, exit.vector, next);
        return;
    }
    case ExitKind::Trap:
    case ExitKind::InvalidOpcode:
    case ExitKind::Leak:
        break;
    }
    if (is_sensitive(exit.instruction)) {
        execute_by_model(exit.instruction);
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
