// Far JMP, CALL and RET, IRET, with the task switches they make.
#include "core/event_bodies.hpp"
#include "core/instructions/execution.hpp"
#include "core/instructions/task_switches.hpp"
#include "seg/far_transfer.hpp"
#include "seg/interrupt_return.hpp"

namespace ringside {

namespace {

template <class Record>
void tell(Execution& execution, trace::TransferKind kind, Record const& record) {
    seg::ControlState from = record.from;
    from.ip = execution.before.rip;
    execution.environment.tell(
        trace::Transfer{.kind = kind,
                        .from = place_of(from),
                        .to = place_of(record.outcome.value()),
                        .checks = {record.checks.begin(), record.checks.end()}});
}

// What a transfer to another ring leaves of the data segments (SDM volume 2, "IRET").
void null_segments(Execution& execution, FixedVector<seg::SegmentName, 4> const& names) {
    for (seg::SegmentName const name : names) {
        execution.cpu.segments[name] = seg::null_segment(seg::Selector{});
    }
}

void enter(Execution& execution, seg::ControlState const& to) {
    bool const changes_ac = ((to.rflags ^ execution.before.rflags) & rflags::AC) != 0;
    execution.cpu.enter(to);
    if (changes_ac) {
        execution.environment.translation_rules_changed();
    }
}

Outcome switch_task(Execution& execution, trace::TransferKind kind, seg::TaskSwitchCause cause,
                    seg::Selector task) {
    seg::TaskSwitch const record =
        decide_task_switch(execution.cpu, execution.memory(), cause, task);
    if (!record.outcome) {
        return record.outcome.error();
    }
    execution.environment.tell(
        trace::Transfer{.kind = kind,
                        .from = place_of(execution.before.control_state()),
                        .to = place_of(record),
                        .checks = {record.checks.begin(), record.checks.end()}});
    execution.environment.tell(event_of(record, execution.before));
    execution.fault_after = enter_task(execution.cpu, execution.environment, record);
    execution.keeps_resume_flag = true;
    return Progress::Retired;
}

Outcome interrupt_return(Execution& execution) {
    seg::InterruptReturn const record =
        seg::interrupt_return(execution.before.segments, execution.memory(),
                              execution.cpu.control_state(), execution.instruction.operand_size);
    if (record.task_return) {
        return switch_task(execution, trace::TransferKind::Iret, seg::TaskSwitchCause::Return, {});
    }
    if (!record.outcome) {
        return record.outcome.error();
    }
    tell(execution, trace::TransferKind::Iret, record);
    seg::commit(record.writes, execution.memory());
    enter(execution, record.outcome.value());
    execution.keeps_resume_flag = true;
    null_segments(execution, record.nulled);
    if (record.to_virtual8086) {
        using enum seg::SegmentName;
        constexpr std::array<seg::SegmentName, 4> names{ES, DS, FS, GS};
        for (std::size_t i = 0; i < names.size(); ++i) {
            execution.cpu.segments[names[i]] = record.virtual8086_segments[i];
        }
    }
    return Progress::Retired;
}

Outcome finish(Execution& execution, seg::FarTransfer const& record) {
    if (record.task_switch) {
        return switch_task(execution, trace::TransferKind::Far,
                           record.kind == seg::FarKind::Call ? seg::TaskSwitchCause::Call
                                                             : seg::TaskSwitchCause::Jump,
                           record.task);
    }
    if (!record.outcome) {
        seg::commit(record.writes,
                    execution.memory()); // empty but for the one case its header names
        return record.outcome.error();
    }
    tell(execution, trace::TransferKind::Far, record);
    seg::commit(record.writes, execution.memory());
    enter(execution, record.outcome.value());
    null_segments(execution, record.nulled);
    return Progress::Retired;
}

struct FarPointer {
    seg::Selector selector;
    u64 offset = 0;
};

Result<FarPointer, Fault> operand(Execution& execution) {
    Instruction const& instruction = execution.instruction;
    if (!instruction.memory.present) {
        return FarPointer{seg::Selector{instruction.immediate_selector}, instruction.immediate};
    }
    unsigned const size = instruction.operand_size;
    u64 const at = execution.memory_offset();
    auto const offset = execution.read(execution.memory_segment(), at, size);
    if (!offset) {
        return offset.error();
    }
    auto const selector = execution.read(execution.memory_segment(), at + size, 2);
    if (!selector) {
        return selector.error();
    }
    return FarPointer{seg::Selector{static_cast<u16>(selector.value())}, offset.value()};
}

Outcome jump_or_call(Execution& execution, bool is_call) {
    auto const target = operand(execution);
    if (!target) {
        return target.error();
    }
    seg::SegmentState const& state = execution.before.segments;
    seg::ControlState const from = execution.cpu.control_state();
    unsigned const size = execution.instruction.operand_size;
    FarPointer const& to = target.value();
    return finish(
        execution,
        is_call ? seg::far_call(state, execution.memory(), from, to.selector, to.offset, size)
                : seg::far_jump(state, execution.memory(), from, to.selector, to.offset, size));
}

} // namespace

Outcome execute_far_transfer(Execution& execution) {
    switch (execution.instruction.operation) {
    case Operation::Iret:
        return interrupt_return(execution);
    case Operation::FarJump:
        return jump_or_call(execution, false);
    case Operation::FarCall:
        return jump_or_call(execution, true);
    default:
        return finish(execution,
                      seg::far_return(execution.before.segments, execution.memory(),
                                      execution.cpu.control_state(),
                                      execution.instruction.operand_size,
                                      static_cast<u16>(execution.instruction.immediate)));
    }
}

} // namespace ringside
