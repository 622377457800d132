// SYSENTER, SYSEXIT, SYSCALL, SYSRET and SWAPGS (SDM volume 2 at each; volume 3, sections 6.8.7 and
// 6.8.8). None of them reads a descriptor or touches a stack.
#include "core/event_bodies.hpp"
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"
#include "core/x86/bits.hpp"
#include "seg/descriptor_table.hpp"
#include "seg/fast_call.hpp"

namespace ringside {

namespace {

using seg::FastCode;

// Collects what was asked, and the first refusal.
class Checks {
public:
    bool require(Rule const& rule, bool holds, ExceptionVector vector = ExceptionVector::GP) {
        if (fault_) {
            return false;
        }
        asked_.push_back({.rule = &rule, .ok = holds});
        if (!holds) {
            fault_ = Fault{.vector = vector, .rule = &rule};
        }
        return holds;
    }
    [[nodiscard]] std::optional<Fault> const& fault() const { return fault_; }
    [[nodiscard]] std::vector<Check> const& asked() const { return asked_; }

private:
    std::vector<Check> asked_;
    std::optional<Fault> fault_;
};

// Goes there, and tells it.
Outcome enter(Execution& execution, trace::TransferKind kind, Checks const& checks,
              seg::ControlState const& to) {
    seg::ControlState const from = execution.before.control_state();
    Operation const operation = execution.instruction.operation;
    execution.environment.tell(trace::Transfer{.kind = kind,
                                               .from = place_of(from),
                                               .to = place_of(to),
                                               .checks = checks.asked(),
                                               .by_sysenter = operation == Operation::Sysenter ||
                                                              operation == Operation::Sysexit});
    execution.cpu.enter(to);
    if (((to.rflags ^ from.rflags) & rflags::AC) != 0) {
        execution.environment.translation_rules_changed();
    }
    return Progress::Retired;
}

seg::ControlState arrive(Execution const& execution, seg::FastSegments const& segments, Ring ring) {
    seg::ControlState to = execution.cpu.control_state();
    to.cs = segments.cs;
    to.ss = segments.ss;
    to.cpl = ring;
    return to;
}

bool has_sysenter_selector(Cpu const& cpu) {
    return (cpu.sysenter_cs & 0xfffcU) != 0;
}

Outcome system_enter(Execution& execution) {
    Cpu const& before = execution.before;
    Checks checks;
    if (!checks.require(rules::sysenter_protected, before.segments.protection) ||
        !checks.require(rules::sysenter_selector, has_sysenter_selector(before))) {
        return *checks.fault();
    }
    bool const is_long = before.segments.long_mode_active;
    seg::ControlState to = arrive(
        execution,
        seg::sysenter_segments(before.sysenter_cs, is_long ? FastCode::Bits64 : FastCode::Bits32),
        Ring::R0);
    u64 const mask = is_long ? ~u64{0} : low_mask(32);
    to.ip = before.sysenter_eip & mask;
    to.sp = before.sysenter_esp & mask;
    to.rflags &= ~(rflags::VM | rflags::IF);
    return enter(execution, trace::TransferKind::SyscallInsn, checks, to);
}

Outcome system_exit(Execution& execution) {
    Cpu const& before = execution.before;
    bool const is_wide = execution.instruction.operand_size == 8;
    u64 const mask = is_wide ? ~u64{0} : low_mask(32);
    u64 const ip = before[Gpr::RDX] & mask;
    u64 const sp = before[Gpr::RCX] & mask;
    Checks checks;
    if (!checks.require(rules::sysenter_protected, before.segments.protection) ||
        !checks.require(rules::sysenter_selector, has_sysenter_selector(before)) ||
        !checks.require(rules::privileged, execution.cpl() == 0) ||
        !checks.require(rules::fast_return_canonical,
                        !is_wide || (seg::is_canonical(ip) && seg::is_canonical(sp)))) {
        return *checks.fault();
    }
    seg::ControlState to = arrive(
        execution,
        seg::sysexit_segments(before.sysenter_cs, is_wide ? FastCode::Bits64 : FastCode::Bits32),
        Ring::R3);
    to.ip = ip;
    to.sp = sp;
    return enter(execution, trace::TransferKind::Sysret, checks, to);
}

bool fast_calls_enabled(Execution const& execution) {
    return execution.is_64bit() && (execution.before.efer & efer::SCE) != 0;
}

Outcome system_call(Execution& execution) {
    Checks checks;
    if (!checks.require(rules::fast_call_enabled, fast_calls_enabled(execution),
                        ExceptionVector::UD)) {
        return *checks.fault();
    }
    Cpu const& before = execution.before;
    Cpu& cpu = execution.cpu;
    cpu[Gpr::RCX] = cpu.rip;
    cpu[Gpr::R11] = before.rflags & ~rflags::RF;
    seg::ControlState to = arrive(execution, seg::syscall_segments(before.star), Ring::R0);
    to.ip = before.lstar;
    to.rflags = (before.rflags & ~before.fmask) | rflags::Fixed1;
    return enter(execution, trace::TransferKind::SyscallInsn, checks, to);
}

Outcome system_return(Execution& execution) {
    Cpu const& before = execution.before;
    bool const is_wide = execution.instruction.operand_size == 8;
    u64 const ip = before[Gpr::RCX] & (is_wide ? ~u64{0} : low_mask(32));
    Checks checks;
    if (!checks.require(rules::fast_call_enabled, fast_calls_enabled(execution),
                        ExceptionVector::UD) ||
        !checks.require(rules::privileged, execution.cpl() == 0) ||
        // Still in ring 0, on the program's stack: what bit more than one kernel.
        !checks.require(rules::fast_return_canonical, seg::is_canonical(ip))) {
        return *checks.fault();
    }
    seg::ControlState to = arrive(
        execution, seg::sysret_segments(before.star, is_wide ? FastCode::Bits64 : FastCode::Bits32),
        Ring::R3);
    constexpr u64 restored = 0x3c7fd7; // not RF, not VM
    to.ip = ip;
    to.rflags = (before[Gpr::R11] & restored) | rflags::Fixed1;
    return enter(execution, trace::TransferKind::Sysret, checks, to);
}

Outcome swap_gs(Execution& execution) {
    if (!execution.is_64bit()) {
        return undefined_opcode(rules::opcode_defined);
    }
    if (auto const fault = not_privileged(execution)) {
        return *fault;
    }
    std::swap(execution.cpu.segments[seg::SegmentName::GS].base, execution.cpu.kernel_gs_base);
    return Progress::Retired;
}

} // namespace

Outcome execute_fast_call(Execution& execution) {
    switch (execution.instruction.operation) {
    case Operation::Sysenter:
        return system_enter(execution);
    case Operation::Sysexit:
        return system_exit(execution);
    case Operation::Syscall:
        return system_call(execution);
    case Operation::Sysret:
        return system_return(execution);
    default:
        return swap_gs(execution);
    }
}

} // namespace ringside
