#include "core/instructions/task_switches.hpp"

#include "core/x86/debug_registers.hpp"
#include "mmu/mmu.hpp"

namespace ringside {

namespace {

using seg::SegmentName;

trace::TaskCause told(seg::TaskSwitchCause cause) {
    switch (cause) {
        using enum seg::TaskSwitchCause;
    case Jump:
        return trace::TaskCause::Jmp;
    case Call:
        return trace::TaskCause::Call;
    case Interrupt:
        return trace::TaskCause::Int;
    case Return:
        break;
    }
    return trace::TaskCause::Iret;
}

// CR3 of a 32-bit TSS counts only while paging is on, and an equal one flushes nothing.
std::optional<Fault> load_page_directory(Cpu& cpu, Environment& environment, u64 value) {
    u64 const before = cpu.cr3;
    environment.tell(trace::CrWrite{.cr = 3, .old_value = before, .new_value = value});
    cpu.cr3 = value;
    if (before == value) {
        return std::nullopt;
    }
    environment.flush_tlb(TlbFlush::NonGlobal, cpu);
    if (cpu.paging_mode() != mmu::PagingMode::PAE) {
        return std::nullopt;
    }
    mmu::PdpteLoad const load = mmu::load_pdptes(environment.physical(), cpu.paging_context());
    if (!load.fault) {
        cpu.pdptes = load.pdptes;
    }
    return load.fault;
}

// The registers of the new TSS; nothing is loaded behind its selectors yet.
void take_registers(Cpu& cpu, seg::TaskSwitch const& record) {
    seg::TaskRegisters const& next = record.registers;
    for (std::size_t index = 0; index < next.general.size(); ++index) {
        cpu.gpr[index] = next.general[index];
    }
    cpu.rip = next.eip;
    cpu.rflags = next.eflags;
    cpu.cr0 |= cr0::TS;
    cpu.dr[7] &= ~dr7::local_enables;
    cpu.segments = record.outcome.value();
    cpu.segments.cpl = static_cast<Ring>(place_of(record).cpl);
    // What was still to happen in the old task does not happen in the new one.
    cpu.pending_debug = 0;
    cpu.interrupt_shadow = cpu.debug_shadow = false;
}

} // namespace

seg::TaskSwitch decide_task_switch(Cpu const& cpu, LinearMemory& memory, seg::TaskSwitchCause cause,
                                   seg::Selector task, bool external) {
    seg::TaskRegisters now{.eip = static_cast<u32>(cpu.rip),
                           .eflags = static_cast<u32>(cpu.rflags)};
    for (std::size_t index = 0; index < now.general.size(); ++index) {
        now.general[index] = static_cast<u32>(cpu.gpr[index]);
    }
    return seg::switch_task(cpu.segments, memory, now, cause, task, external);
}

trace::Place place_of(seg::TaskSwitch const& record) {
    seg::SegmentState const& next = record.outcome.value();
    seg::Selector const cs = next[SegmentName::CS].selector;
    bool const virtual8086 = (record.registers.eflags & rflags::VM) != 0;
    return {.cs = cs.raw,
            .ip = record.registers.eip,
            .ss = next[SegmentName::SS].selector.raw,
            .sp = record.registers.general[4],
            .cpl = virtual8086 ? u8{3} : number(cs.rpl())};
}

trace::TaskSwitch event_of(seg::TaskSwitch const& record, Cpu const& before) {
    return {.cause = told(record.cause),
            .from = before.segments.tr.selector.raw,
            .to = record.task.raw,
            .tss16 = record.tss16,
            .checks = {record.checks.begin(), record.checks.end()}};
}

std::optional<Fault> enter_task(Cpu& cpu, Environment& environment, seg::TaskSwitch const& record,
                                std::optional<u32> error_code, bool external) {
    LinearMemory& memory = environment.memory();
    seg::commit(record.writes, memory);
    take_registers(cpu, record);
    std::optional<Fault> fault;
    if (record.registers.cr3 && (cpu.cr0 & cr0::PG) != 0) {
        fault = load_page_directory(cpu, environment, *record.registers.cr3);
    }
    environment.enter(cpu);
    if (fault) {
        return fault;
    }
    seg::TaskSegments const segments =
        seg::load_task_segments(cpu.segments, memory, record, error_code, external);
    cpu.segments = segments.loaded;
    cpu[Gpr::RSP] = segments.esp;
    seg::commit(segments.writes, memory);
    if (!segments.outcome) {
        environment.enter(cpu);
        return segments.outcome.error();
    }
    cpu.pending_debug = record.debug_trap ? dr6::BT : 0;
    environment.enter(cpu);
    return std::nullopt;
}

} // namespace ringside
