// One instruction: fetched, checked, executed by the engine or by a model.
#include "core/debug_unit.hpp"
#include "core/decoder/decode.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/instructions/rules.hpp"
#include "core/machine.hpp"
#include "core/operand_accesses.hpp"
#include "core/unicorn/posture.hpp"
#include "core/x86/debug_registers.hpp"
#include "seg/rules.hpp"

namespace ringside {

using seg::SegmentName;

// The instruction at CS:IP, fetched as the processor does: limit, then the page of its first byte,
// then as many more bytes as it has.
Result<Instruction, Fault> Machine::fetch() {
    CodeSize const size = unicorn::code_size_of(cpu_);
    std::array<u8, longest_instruction> bytes{};
    std::size_t have = 0;
    Instruction instruction{};
    do {
        seg::SegmentAccess const access =
            seg::access(cpu_.segments, cpu_.rflags, SegmentName::CS, cpu_.rip + have, 1,
                        seg::SegmentAccessType::Fetch);
        if (!access.outcome) {
            return access.outcome.error();
        }
        LinearAddress const at = access.outcome.value();
        auto const physical = translate({.address = at,
                                         .type = mmu::AccessType::Fetch,
                                         .user = cpu_.cpl() == Ring::R3,
                                         .implicit = false});
        if (!physical) {
            return physical.error();
        }
        if (is_device(physical.value())) { // ones: no opcode
            return Fault{.vector = ExceptionVector::UD, .rule = &rules::opcode_defined};
        }
        std::size_t const in_page =
            std::min<std::size_t>(page_size_4k - at.page_offset(), longest_instruction - have);
        ram_.copy_out(physical.value(), std::span{bytes}.subspan(have, in_page));
        have += in_page;
        instruction = decode(std::span{bytes}.first(have), size);
    } while (instruction.operation == Operation::Truncated && have < longest_instruction);
    seg::SegmentAccess const whole =
        seg::access(cpu_.segments, cpu_.rflags, SegmentName::CS, cpu_.rip,
                    std::max<u32>(instruction.length, 1), seg::SegmentAccessType::Fetch);
    if (!whole.outcome) {
        return whole.outcome.error();
    }
    return instruction;
}

void Machine::step() {
    if (end_ || take_debug_trap() || serve_devices() || stops_at_instruction()) {
        return;
    }
    bool const traps_after = (cpu_.rflags & rflags::TF) != 0;
    u64 const insns_before = insns_;
    auto const fetched = fetch();
    if (!fetched) {
        deliver_fault(fetched.error());
        return;
    }
    watched_ = 0;
    Instruction const& instruction = fetched.value();
    Operation const operation = instruction.operation;
    bool const is_int =
        operation == Operation::Int || operation == Operation::Int3 || operation == Operation::Into;
    seg::Selector const task = cpu_.segments.tr.selector;
    if (is_sensitive(instruction) && !is_int) {
        execute_by_model(instruction);
    } else {
        step_in_engine(instruction);
    }
    // TF counts as it was before the instruction, but for those that clear it on their way into the
    // kernel, and for SYSRET; a new task begins without the old one's traps.
    bool const by_new_flags = is_int || operation == Operation::Int1 ||
                              operation == Operation::Syscall || operation == Operation::Sysret;
    bool const traps = traps_after && insns_ != insns_before && !end_ &&
                       cpu_.segments.tr.selector == task &&
                       (!by_new_flags || (cpu_.rflags & rflags::TF) != 0);
    cpu_.pending_debug |= traps ? dr6::BS : 0;
    cpu_.pending_debug |= insns_ != insns_before && !end_ ? watched_ : 0;
}

EngineExit Machine::step_engine() {
    if (auto const pages = free_pages(cpu_.segments, cpu_.rflags)) {
        keep_pages(*pages);
    }
    engine_.load(cpu_);
    in_engine_ = is_stepping_ = true;
    engine_ip_ = cpu_.rip;
    EngineExit const exit = engine_.step(*this);
    in_engine_ = is_stepping_ = false;
    engine_.store(cpu_);
    return exit;
}

// All elements of a repeated instruction in one run of the engine, where none of them can be
// refused by a segment or is watched. False: nothing, or only some of them, and those left must be
// made one at a time.
bool Machine::repeat_freely(Instruction const& instruction) {
    if (is_never_refused(instruction) || !elements_are_allowed(instruction, cpu_) ||
        (cpu_.rflags & rflags::TF) != 0 || debug_unit::is_armed(cpu_)) {
        return false;
    }
    repeats_freely_ = true;
    EngineExit const exit = run_engine(1, {});
    repeats_freely_ = false;
    if (pending_fault_) {
        finish_exit(exit);
        return true;
    }
    take_back_grants();
    bool const is_over = engine_.retired() == 1;
    cpu_.interrupt_shadow = cpu_.interrupt_shadow && !is_over;
    return is_over;
}

// One instruction; a repeated one until it is over or faults.
void Machine::step_in_engine(Instruction const& instruction) {
    u64 const start = cpu_.rip;
    if (repeats(instruction) && repeat_freely(instruction)) {
        return;
    }
    while (true) {
        if (auto const fault = check_operands(instruction)) {
            deliver_fault(*fault);
            return;
        }
        if (auto const fault = probe_operands(instruction)) {
            deliver_fault(*fault);
            return;
        }
        Cpu const before = cpu_;
        if (debug_unit::is_armed(cpu_)) {
            for (OperandAccess const& operand : operand_accesses(instruction, cpu_)) {
                watch(operand);
            }
            for (OperandAccess const& operand : enter_accesses(instruction, cpu_)) {
                watch(operand);
            }
        }
        EngineExit exit = step_engine();
        if (std::exchange(reaches_device_, false)) {
            auto const accesses = device_accesses(instruction);
            if (!accesses) {
                take_back_grants();
                deliver_fault(accesses.error());
                return;
            }
            exit = step_on_devices(accesses.value());
        }
        finish_exit(exit);
        if (exit.kind != ExitKind::Stepped) {
            return;
        }
        if (instruction.flow == Flow::Conditional && is_beyond_code(cpu_.rip) &&
            cpu_.rip != start + instruction.length) { // taken: it is as if it had not begun
            cpu_ = before;
            deliver_fault(beyond_code_fault());
            return;
        }
        if (!repeats(instruction) || cpu_.rip != start) {
            retire();
            return;
        }
        elements_done_ = true;
        if (trap_between_elements()) {
            return;
        }
    }
}

void Machine::retire() {
    ++insns_;
    ++ticks_;
    elements_done_ = false;
    cpu_.rflags &= ~rflags::RF;
    cpu_.interrupt_shadow = cpu_.debug_shadow = false;
}

// The tick ends with the elements that are done: the instruction goes on in the next one.
void Machine::pause_between_elements() {
    ++ticks_;
    ++pauses_;
    elements_done_ = false;
}

// Code that the models changed must not be run from old translations.
void Machine::after_model_writes() {
    for (u64 const frame : ram_.take_changed_code()) {
        engine_.drop_frame(PhysicalAddress{frame});
    }
}

} // namespace ringside
