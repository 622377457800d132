// LGDT, LIDT, SGDT, SIDT; LLDT, LTR, SLDT, STR.
#include "core/event_bodies.hpp"
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"
#include "seg/descriptor_table.hpp"
#include "seg/segment_load.hpp"

namespace ringside {

namespace {

// The pseudo-descriptor: a 16-bit limit, then a base of 3, 4 or 8 bytes (SDM volume 3, figure
// 3-11).
unsigned base_size(Execution const& execution) {
    return execution.is_64bit() ? 8 : 4;
}

u64 base_mask(Execution const& execution) {
    if (execution.is_64bit()) {
        return ~u64{0};
    }
    return execution.instruction.operand_size == 2 ? 0xffffff : 0xffffffff;
}

Outcome load_table(Execution& execution, seg::TableRegister& table) {
    if (auto const fault = not_privileged(execution)) {
        return *fault;
    }
    u64 const offset = execution.memory_offset();
    auto const limit = execution.read(execution.memory_segment(), offset, 2);
    if (!limit) {
        return limit.error();
    }
    auto const base = execution.read(execution.memory_segment(), offset + 2, base_size(execution));
    if (!base) {
        return base.error();
    }
    if (execution.is_64bit() && !seg::is_canonical(base.value())) {
        return general_protection(rules::table_base_canonical);
    }
    table = {.base = base.value() & base_mask(execution), .limit = static_cast<u16>(limit.value())};
    return Progress::Retired;
}

Outcome store_table(Execution& execution, seg::TableRegister const& table) {
    u64 const offset = execution.memory_offset();
    auto const limit = execution.write(execution.memory_segment(), offset, 2, table.limit);
    if (!limit) {
        return limit.error();
    }
    auto const base =
        execution.write(execution.memory_segment(), offset + 2, base_size(execution), table.base);
    return base ? Outcome{Progress::Retired} : Outcome{base.error()};
}

trace::SegLoad told(seg::SegmentLoad const& load, bool is_task) {
    trace::SegLoad event = event_of(load);
    event.ldtr = !is_task;
    event.tr = is_task;
    return event;
}

Outcome load_system_segment(Execution& execution, bool is_task) {
    seg::Mode const mode = execution.mode();
    if (mode == seg::Mode::Real || mode == seg::Mode::Virtual8086) {
        return undefined_opcode(rules::opcode_defined);
    }
    if (auto const fault = not_privileged(execution)) {
        return *fault;
    }
    auto const selector = execution.read_rm(2);
    if (!selector) {
        return selector.error();
    }
    seg::SegmentState const& state = execution.before.segments;
    seg::Selector const named{static_cast<u16>(selector.value())};
    seg::SegmentLoad const load = is_task ? seg::load_tr(state, execution.memory(), named)
                                          : seg::load_ldtr(state, execution.memory(), named);
    execution.environment.tell(told(load, is_task));
    if (!load.outcome) {
        return load.outcome.error();
    }
    seg::commit(load.writes, execution.memory());
    (is_task ? execution.cpu.segments.tr : execution.cpu.segments.ldtr) = load.outcome.value();
    return Progress::Retired;
}

Outcome store_selector(Execution& execution, seg::SegmentRegister const& segment) {
    seg::Mode const mode = execution.mode();
    if (mode == seg::Mode::Real || mode == seg::Mode::Virtual8086) {
        return undefined_opcode(rules::opcode_defined);
    }
    Instruction const& instruction = execution.instruction;
    auto const done = execution.write_rm(instruction.rm_is_register ? instruction.operand_size : 2U,
                                         segment.selector.raw);
    return done ? Outcome{Progress::Retired} : Outcome{done.error()};
}

} // namespace

Outcome execute_descriptor_table_instruction(Execution& execution) {
    seg::SegmentState const& before = execution.before.segments;
    switch (execution.instruction.operation) {
    case Operation::Lgdt:
        return load_table(execution, execution.cpu.segments.gdtr);
    case Operation::Lidt:
        return load_table(execution, execution.cpu.segments.idtr);
    case Operation::Sgdt:
        return store_table(execution, before.gdtr);
    case Operation::Sidt:
        return store_table(execution, before.idtr);
    case Operation::Lldt:
        return load_system_segment(execution, false);
    case Operation::Ltr:
        return load_system_segment(execution, true);
    case Operation::Sldt:
        return store_selector(execution, before.ldtr);
    default:
        return store_selector(execution, before.tr);
    }
}

} // namespace ringside
