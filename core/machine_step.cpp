// One instruction: fetched, checked, executed by the engine or by a model.
#include "core/decoder/decode.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/machine.hpp"
#include "core/operand_accesses.hpp"
#include "core/unicorn/posture.hpp"

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

// Of an instruction that the engine has come to: its bytes are there.
Instruction Machine::decode_here(u64 ip) const {
    u64 const base = cpu_.segments[SegmentName::CS].base;
    std::vector<u8> const bytes = peek(LinearAddress{base + ip}, longest_instruction);
    return decode(bytes, unicorn::code_size_of(cpu_));
}

void Machine::step() {
    if (end_) {
        return;
    }
    bool const traps_after = (cpu_.rflags & rflags::TF) != 0;
    u64 const insns_before = insns_;
    auto const fetched = fetch();
    if (!fetched) {
        deliver_fault(fetched.error());
        return;
    }
    Instruction const& instruction = fetched.value();
    bool const is_int = instruction.operation == Operation::Int ||
                        instruction.operation == Operation::Int3 ||
                        instruction.operation == Operation::Into;
    if (is_sensitive(instruction) && !is_int) {
        execute_by_model(instruction);
    } else {
        step_in_engine(instruction);
    }
    if (traps_after && insns_ != insns_before && !end_ && (cpu_.rflags & rflags::TF) != 0) {
        cpu_.dr[6] |= u64{1} << 14U; // BS
        deliver_fault({.vector = ExceptionVector::DB});
    }
}

// Limits and types of every operand, before the engine touches any.
std::optional<Fault> Machine::check_operands(Instruction const& instruction) {
    u8 const named = instruction.memory.segment;
    if (segments_are_flat() && named != sreg::FS && named != sreg::GS) {
        return std::nullopt;
    }
    for (OperandAccess const& operand : operand_accesses(instruction, cpu_)) {
        seg::SegmentAccess const access = seg::access(cpu_.segments, cpu_.rflags, operand.segment,
                                                      operand.offset, operand.size, operand.type);
        if (access.outcome) {
            continue;
        }
        Fault const& fault = access.outcome.error();
        tell(trace::SegFault{.reg = operand.segment,
                             .offset = operand.offset,
                             .size = operand.size,
                             .acc = operand.type == seg::SegmentAccessType::Write ? 'w' : 'r',
                             .rule = fault.rule,
                             .vec = static_cast<u8>(fault.vector),
                             .err = fault.error_code});
        return fault;
    }
    return std::nullopt;
}

// One instruction; a repeated one until it is over or faults.
void Machine::step_in_engine(Instruction const& instruction) {
    u64 const start = cpu_.rip;
    while (true) {
        if (auto const fault = check_operands(instruction)) {
            deliver_fault(*fault);
            return;
        }
        engine_.load(cpu_);
        in_engine_ = is_stepping_ = true;
        engine_ip_ = start;
        EngineExit const exit = engine_.step(*this);
        in_engine_ = is_stepping_ = false;
        engine_.store(cpu_);
        if (exit.kind != ExitKind::Stepped) {
            finish_exit(exit);
            return;
        }
        finish_exit(exit);
        if (!repeats(instruction) || cpu_.rip != start) {
            retire();
            return;
        }
    }
}

void Machine::retire() {
    ++insns_;
    ++ticks_;
    cpu_.rflags &= ~rflags::RF;
    cpu_.interrupt_shadow = false;
}

// Code that the models changed must not be run from old translations.
void Machine::after_model_writes() {
    for (u64 const frame : ram_.take_changed_code()) {
        engine_.drop_frame(PhysicalAddress{frame});
    }
}

} // namespace ringside
