// Debug exceptions: breakpoints before an instruction, traps after it (SDM volume 3, section 18.3).
#include "core/debug_unit.hpp"
#include "core/machine.hpp"
#include "core/x86/debug_registers.hpp"

namespace ringside {

namespace {

// A segment's base and an offset in it; outside of 64-bit mode 32 bits of their sum.
LinearAddress linear_of(Cpu const& cpu, seg::SegmentName name, u64 offset) {
    bool const is_long = cpu.segments.mode(cpu.rflags) == seg::Mode::Long64;
    bool const has_base = !is_long || name == seg::SegmentName::FS || name == seg::SegmentName::GS;
    u64 const sum = offset + (has_base ? cpu.segments[name].base : 0);
    return LinearAddress{is_long ? sum : sum & 0xffffffff};
}

} // namespace

// A debug trap of what was executed before comes at the boundary, but not after a load of SS.
bool Machine::take_debug_trap() {
    if (cpu_.pending_debug == 0 || cpu_.debug_shadow) {
        return false;
    }
    raise_debug(std::exchange(cpu_.pending_debug, 0));
    return true;
}

// #DB. B0..B3 are this one's; BD, BS and BT stay until software clears them. GD does not outlive
// it.
void Machine::raise_debug(u64 conditions) {
    cpu_.dr[6] = (cpu_.dr[6] & ~dr6::B) | conditions;
    cpu_.dr[7] &= ~dr7::GD;
    for (u8 slot = 0; slot < 4; ++slot) {
        if ((conditions >> slot & 1U) != 0) {
            tell(trace::DebugHit{.dr6 = cpu_.dr[6], .slot = slot, .lin = cpu_.dr.at(slot)});
        }
    }
    deliver_fault({.vector = ExceptionVector::DB});
}

bool Machine::stops_at_instruction() {
    if (!debug_unit::is_armed(cpu_) || cpu_.debug_shadow) {
        return false;
    }
    u64 const hits =
        debug_unit::at_instruction(cpu_, linear_of(cpu_, seg::SegmentName::CS, cpu_.rip));
    if (hits != 0) {
        raise_debug(hits);
    }
    return hits != 0;
}

void Machine::watch(LinearAddress address, u32 size, bool writes) {
    watched_ |= debug_unit::at_data(cpu_, address, size, writes);
}

void Machine::watch(OperandAccess const& operand) {
    watch(linear_of(cpu_, operand.segment, operand.offset), operand.size,
          operand.type == seg::SegmentAccessType::Write);
}

// A trap is due after one element of a repeated instruction that goes on: it is the next tick. RF
// tells the restarted one that its own breakpoint was seen.
bool Machine::trap_between_elements() {
    u64 const step = (cpu_.rflags & rflags::TF) != 0 ? dr6::BS : 0;
    cpu_.pending_debug |= step | std::exchange(watched_, 0);
    if (cpu_.pending_debug == 0 || cpu_.debug_shadow) {
        return false;
    }
    cpu_.rflags |= rflags::RF;
    pause_between_elements();
    return true;
}

} // namespace ringside
