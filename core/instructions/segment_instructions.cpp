// MOV, POP and LDS..LGS to segment registers; MOV and PUSH from them; LAR, LSL, VERR, VERW, ARPL.
#include "core/event_bodies.hpp"
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"
#include "seg/segment_load.hpp"

namespace ringside {

namespace {

using seg::SegmentName;

Result<Done, Fault> load(Execution& execution, SegmentName name, u16 selector) {
    seg::SegmentLoad const record =
        seg::load_segment(execution.before.segments, execution.memory(), execution.before.rflags,
                          name, seg::Selector{selector});
    execution.environment.tell(event_of(record));
    if (!record.outcome) {
        return record.outcome.error();
    }
    seg::commit(record.writes, execution.memory());
    execution.cpu.segments[name] = record.outcome.value();
    execution.cpu.interrupt_shadow = execution.cpu.debug_shadow = name == SegmentName::SS;
    return Done{};
}

unsigned stack_operand_size(Execution const& execution) {
    unsigned const size = execution.instruction.operand_size;
    return execution.is_64bit() && size != 2 ? 8 : size;
}

Outcome load_far_pointer(Execution& execution) {
    unsigned const size = execution.instruction.operand_size;
    u64 const offset = execution.memory_offset();
    auto const pointer = execution.read(execution.memory_segment(), offset, size);
    if (!pointer) {
        return pointer.error();
    }
    auto const selector = execution.read(execution.memory_segment(), offset + size, 2);
    if (!selector) {
        return selector.error();
    }
    auto const loaded = load(execution, static_cast<SegmentName>(execution.instruction.sreg),
                             static_cast<u16>(selector.value()));
    if (!loaded) {
        return loaded.error();
    }
    execution.set_gpr(execution.instruction.reg, size, pointer.value());
    return Progress::Retired;
}

Outcome query(Execution& execution, seg::SelectorQuestion question) {
    seg::Mode const mode = execution.mode();
    if (mode == seg::Mode::Real || mode == seg::Mode::Virtual8086) {
        return undefined_opcode(rules::opcode_defined);
    }
    auto const selector = execution.read_rm(2);
    if (!selector) {
        return selector.error();
    }
    seg::SelectorQuery const answer =
        seg::query_selector(execution.before.segments, execution.memory(), question,
                            seg::Selector{static_cast<u16>(selector.value())});
    if (answer.fault) {
        return *answer.fault;
    }
    execution.set_flag(rflags::ZF, answer.valid);
    Instruction const& instruction = execution.instruction;
    if (answer.valid && question == seg::SelectorQuestion::LAR) {
        execution.set_gpr(instruction.reg, instruction.operand_size, answer.access_rights);
    } else if (answer.valid && question == seg::SelectorQuestion::LSL) {
        execution.set_gpr(instruction.reg, instruction.operand_size, answer.limit);
    }
    return Progress::Retired;
}

// Raises the RPL of the destination to the source's (SDM volume 2, "ARPL").
Outcome adjust_rpl(Execution& execution) {
    seg::Mode const mode = execution.mode();
    if (mode == seg::Mode::Real || mode == seg::Mode::Virtual8086) {
        return undefined_opcode(rules::opcode_defined);
    }
    auto const destination = execution.read_rm(2);
    if (!destination) {
        return destination.error();
    }
    u64 const source = execution.gpr(execution.instruction.reg, 2);
    bool const lower = (destination.value() & 3U) < (source & 3U);
    if (lower) {
        auto const written = execution.write_rm(2, (destination.value() & ~u64{3}) | (source & 3U));
        if (!written) {
            return written.error();
        }
    }
    execution.set_flag(rflags::ZF, lower);
    return Progress::Retired;
}

Outcome move_from(Execution& execution) {
    Instruction const& instruction = execution.instruction;
    u64 const selector =
        execution.before.segments[static_cast<SegmentName>(instruction.sreg)].selector.raw;
    auto const done =
        execution.write_rm(instruction.rm_is_register ? instruction.operand_size : 2U, selector);
    return done ? Outcome{Progress::Retired} : Outcome{done.error()};
}

Outcome move_to(Execution& execution) {
    auto const selector = execution.read_rm(2);
    if (!selector) {
        return selector.error();
    }
    auto const loaded = load(execution, static_cast<SegmentName>(execution.instruction.sreg),
                             static_cast<u16>(selector.value()));
    return loaded ? Outcome{Progress::Retired} : Outcome{loaded.error()};
}

Outcome push(Execution& execution) {
    u64 const selector =
        execution.before.segments[static_cast<SegmentName>(execution.instruction.sreg)]
            .selector.raw;
    auto const done = execution.push(stack_operand_size(execution), selector);
    return done ? Outcome{Progress::Retired} : Outcome{done.error()};
}

Outcome pop(Execution& execution) {
    auto const selector = execution.pop(stack_operand_size(execution));
    if (!selector) {
        return selector.error();
    }
    auto const loaded = load(execution, static_cast<SegmentName>(execution.instruction.sreg),
                             static_cast<u16>(selector.value()));
    return loaded ? Outcome{Progress::Retired} : Outcome{loaded.error()};
}

} // namespace

Outcome execute_segment_instruction(Execution& execution) {
    switch (execution.instruction.operation) {
    case Operation::MovFromSreg:
        return move_from(execution);
    case Operation::MovToSreg:
        return move_to(execution);
    case Operation::PushSreg:
        return push(execution);
    case Operation::PopSreg:
        return pop(execution);
    case Operation::LoadFarPointer:
        return load_far_pointer(execution);
    case Operation::Lar:
        return query(execution, seg::SelectorQuestion::LAR);
    case Operation::Lsl:
        return query(execution, seg::SelectorQuestion::LSL);
    case Operation::Verr:
        return query(execution, seg::SelectorQuestion::VERR);
    case Operation::Verw:
        return query(execution, seg::SelectorQuestion::VERW);
    default:
        return adjust_rpl(execution);
    }
}

} // namespace ringside
