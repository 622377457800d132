#include "core/trace/event.hpp"

#include "core/trace/overloaded.hpp"

#include <string_view>

namespace ringside::trace {

namespace {

std::string_view transfer_name(TransferKind kind) {
    switch (kind) {
        using enum TransferKind;
    case Iret:
        return "iret";
    case SyscallInsn:
        return "syscall_insn";
    case Sysret:
        return "sysret";
    case Far:
        return "far";
    }
    return "far";
}

std::string_view text_name(TextKind kind) {
    switch (kind) {
        using enum TextKind;
    case Console:
        return "console";
    case Oops:
        return "oops";
    case Panic:
        return "panic";
    }
    return "console";
}

} // namespace

std::string_view mnemonic(Transfer const& transfer) {
    switch (transfer.kind) {
        using enum TransferKind;
    case Iret:
        return "IRET";
    case SyscallInsn:
        return transfer.by_sysenter ? "SYSENTER" : "SYSCALL";
    case Sysret:
        return transfer.by_sysenter ? "SYSEXIT" : "SYSRET";
    case Far:
        break;
    }
    return "";
}

bool is_exception(Event const& event) {
    return as<PageFault>(event) || as<Exception>(event);
}

std::string_view kind_name(Event const& event) {
    using Name = std::string_view;
    return std::visit(
        Overloaded{
            [](SegLoad const&) -> Name { return "seg_load"; },
            [](SegFault const&) -> Name { return "seg_fault"; },
            [](Gate const&) -> Name { return "gate"; },
            [](Transfer const& transfer) -> Name { return transfer_name(transfer.kind); },
            [](TaskSwitch const&) -> Name { return "task_switch"; },
            [](Walk const&) -> Name { return "walk"; },
            [](TlbChange const&) -> Name { return "tlb"; },
            [](PageFault const&) -> Name { return "page_fault"; },
            [](Exception const&) -> Name { return "exception"; },
            [](CrWrite const&) -> Name { return "cr_write"; },
            [](MsrWrite const&) -> Name { return "msr_write"; },
            [](DebugHit const&) -> Name { return "debug_hit"; },
            [](Syscall const&) -> Name { return "syscall"; },
            [](SyscallRet const&) -> Name { return "syscall_ret"; },
            [](AccessOk const&) -> Name { return "access_ok"; },
            [](Copy const&) -> Name { return "copy"; },
            [](Softwalk const&) -> Name { return "softwalk"; },
            [](Kmap const&) -> Name { return "kmap"; },
            [](Fixup const&) -> Name { return "fixup"; },
            [](FaultIn const&) -> Name { return "fault_in"; },
            [](SwapOut const&) -> Name { return "swap_out"; },
            [](Vma const&) -> Name { return "vma"; },
            [](PageRef const&) -> Name { return "page_ref"; },
            [](Signal const&) -> Name { return "signal"; },
            [](Sched const&) -> Name { return "sched"; },
            [](Irq const&) -> Name { return "irq"; },
            [](Dma const&) -> Name { return "dma"; },
            [](Text const& text) -> Name { return text_name(text.kind); },
            [](Lint const&) -> Name { return "lint"; },
            [](Process const&) -> Name { return "process"; },
            [](Shutdown const&) -> Name { return "shutdown"; },
        },
        event.body);
}

} // namespace ringside::trace
