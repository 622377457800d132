#include "core/trace/sentence.hpp"

#include "core/trace/counted.hpp"
#include "core/trace/error_code.hpp"
#include "core/trace/names.hpp"
#include "core/trace/overloaded.hpp"
#include "core/trace/system_calls.hpp"
#include "core/x86/exception_vector.hpp"
#include "mmu/page_fault.hpp"

#include <fmt/format.h>

namespace ringside::trace {

namespace {

std::string place_text(Place const& place) {
    return fmt::format("ring {} at {:x}:{}", place.cpl, place.cs, hex(place.ip));
}

// Why a check list ended: the rule that did not hold, as its sentence.
std::string refusal_text(std::vector<Check> const& checks) {
    for (Check const& check : checks) {
        if (!check.ok && check.rule != nullptr) {
            return fmt::format(" This does not hold: {} ({})", check.rule->sentence,
                               check.rule->sdm);
        }
    }
    return "";
}

std::string say(SegLoad const& load) {
    if (load.vec) {
        return fmt::format("Loading {} with {} is refused: {}.{}", register_name(load),
                           hex(load.selector), exception_text(*load.vec, load.err),
                           refusal_text(load.checks));
    }
    if (load.descriptor == 0) {
        return fmt::format("{} is loaded with the null selector {}.", register_name(load),
                           hex(load.selector));
    }
    seg::SegmentDescriptor const descriptor{load.descriptor};
    return fmt::format("{} is loaded with {}: base {}, limit {}, DPL {}.", register_name(load),
                       hex(load.selector), hex(load.base), hex(load.limit),
                       number(descriptor.dpl()));
}

std::string say(SegFault const& fault) {
    std::string_view const what = fault.acc == 'w' ? "write" : fault.acc == 'x' ? "fetch" : "read";
    std::string text = fmt::format("A {} of {} at {}:{} is refused: {}.", what,
                                   counted(fault.size, "byte"), seg::to_string(fault.reg),
                                   hex(fault.offset), exception_text(fault.vec, fault.err));
    if (fault.rule != nullptr) {
        text += fmt::format(" This does not hold: {} ({})", fault.rule->sentence, fault.rule->sdm);
    }
    return text;
}

std::string say(Gate const& gate) {
    std::string const what = gate.source == GateSource::Int ? fmt::format("INT {:02X}h", gate.vec)
                             : gate.source == GateSource::Irq
                                 ? fmt::format("Interrupt {:02X}h", gate.vec)
                                 : std::string{mnemonic(static_cast<ExceptionVector>(gate.vec))};
    std::string const stack =
        gate.stack_switched ? fmt::format("the stack becomes {:x}:{}", gate.to.ss, hex(gate.to.sp))
                            : "the stack stays";
    return fmt::format("{} goes through its gate from {} to {}; {}, {} values are pushed.", what,
                       place_text(gate.from), place_text(gate.to), stack, gate.pushed.size());
}

std::string say(Transfer const& transfer) {
    std::string_view const name = mnemonic(transfer);
    bool const goes_in = transfer.kind == TransferKind::SyscallInsn || name.empty();
    return fmt::format("{} {} from {} to {}.", name.empty() ? "A far transfer" : name,
                       goes_in ? "goes" : "returns", place_text(transfer.from),
                       place_text(transfer.to));
}

// "20 (14h): not present, fetch, by the user"
std::string page_fault_text(u32 code) {
    using namespace mmu::page_fault;
    return fmt::format("{}: {}, {}, {}", error_code_text(code),
                       (code & P) != 0 ? "the page is present" : "not present",
                       (code & I) != 0   ? "fetch"
                       : (code & W) != 0 ? "write"
                                         : "read",
                       (code & U) != 0 ? "by the user" : "by the supervisor");
}

std::string say(Walk const& body) {
    mmu::PageWalk const& walk = *body.walk;
    std::string_view const what = walk.access.type == mmu::AccessType::Read    ? "read"
                                  : walk.access.type == mmu::AccessType::Write ? "write"
                                                                               : "fetch";
    std::string text = fmt::format("{} {} of {} walks", walk.access.user ? "User" : "Supervisor",
                                   what, hex(walk.access.address.value()));
    for (mmu::WalkStep const& step : walk.steps) {
        text += fmt::format(" {} entry {},", word(step.level), hex(step.entry));
    }
    if (walk.steps.empty()) {
        return text + fmt::format(" no table: paging is off, physical {}.",
                                  hex(walk.access.address.value()));
    }
    text.pop_back();
    if (walk.outcome) {
        return text + fmt::format(": physical {}.", hex(walk.outcome.value().address.value()));
    }
    mmu::WalkStep const& last = walk.steps.back();
    return text + fmt::format(": the {} entry {}, so #PF with error code {}.", word(last.level),
                              verdict_text(last.verdict),
                              error_code_text(walk.outcome.error().error_code));
}

std::string say(TlbChange const& change) {
    switch (change.op) {
        using enum TlbOp;
    case Fill:
        return fmt::format("The TLB keeps the translation of {}.", hex(change.lin));
    case Invlpg:
        return change.count == 0
                   ? fmt::format("INVLPG {}: the TLB held no entry of it.", hex(change.lin))
                   : fmt::format("INVLPG drops {} of {}.",
                                 counted(change.count, "TLB entry", "TLB entries"),
                                 hex(change.lin));
    case Flush:
        break;
    }
    return fmt::format("The TLB drops {}.", counted(change.count, "entry", "entries"));
}

std::string say(Syscall const& call) {
    return fmt::format("The kernel sees {}.", call_text(call));
}
std::string say(SyscallRet const& call) {
    return fmt::format("{} returns {}.", call.name, result_text(call.name, call.ret));
}
std::string say(AccessOk const& check) {
    return fmt::format("{}: {} bytes at {} {} {}.", check.limit == 0 ? "verify_area" : "access_ok",
                       check.n, hex(check.ptr), check.ok ? "lie" : "do not lie",
                       check.limit == 0 ? "in areas that allow it" : "below " + hex(check.limit));
}

std::string say(Copy const& copy) {
    static constexpr std::array<std::string_view, 6> names{"copy_from_user",    "copy_to_user",
                                                           "strncpy_from_user", "get_user",
                                                           "put_user",          "clear_user"};
    std::string_view const name = copy.dir < names.size() ? names[copy.dir] : "a user copy";
    std::string text = fmt::format("{}: {} of {} bytes at {} done, {} left", name,
                                   copy.n - copy.left, copy.n, hex(copy.user), copy.left);
    return text +
           (copy.head.empty() ? "." : fmt::format("; they begin {}.", trace::quoted(copy.head)));
}

std::string say(FaultIn const& fault) {
    static constexpr std::array<std::string_view, 9> names{
        "the shared zero page",
        "a fresh zeroed frame",
        "a copy of the shared frame",
        "the frame it had, now writable",
        "a page of its file",
        "a page read back from swap",
        "a fresh frame of the growing stack",
        "what its driver gives",
        "nothing new: the TLB was stale",
    };
    std::string_view const what = fault.how < names.size() ? names[fault.how] : "a page";
    return fmt::format("The kernel gives {} {}: frame {}{}.", hex(fault.lin), what, hex(fault.pa),
                       fault.major ? ", after disk I/O" : "");
}

std::string say(SwapOut const& out) {
    if (out.slot == -1) {
        return fmt::format("The page at {} is dropped from frame {}.", hex(out.lin), hex(out.pa));
    }
    return out.slot == -2
               ? fmt::format("The page at {} is written to its file.", hex(out.lin))
               : fmt::format("The page at {} is written to swap slot {}.", hex(out.lin), out.slot);
}

std::string say(Vma const& vma) {
    std::string_view const op = vma_word(vma.op);
    std::string const rights =
        fmt::format("{}{}{}", (vma.prot & 1U) != 0 ? 'r' : '-', (vma.prot & 2U) != 0 ? 'w' : '-',
                    (vma.prot & 4U) != 0 ? 'x' : '-');
    return fmt::format("Area {} to {} ({}{}): {}.", hex(vma.start), hex(vma.end), rights,
                       vma.file.empty() ? std::string{", anonymous"} : ", " + vma.file, op);
}

std::string say(Text const& text) {
    std::string_view const who = text.kind == TextKind::Console ? "Console"
                                 : text.kind == TextKind::Oops  ? "The kernel oopses"
                                                                : "The kernel panics";
    constexpr std::size_t shown = 60;
    std::string_view const said{text.text};
    return fmt::format("{}: {}{}", who, trace::quoted(said.substr(0, shown)),
                       said.size() > shown ? fmt::format("... ({} bytes).", said.size()) : ".");
}

} // namespace

std::string sentence_of(Event const& event) {
    return std::visit(
        Overloaded{
            [](PageFault const& fault) {
                return fmt::format("#PF: CR2 becomes {}, error code {}.", hex(fault.cr2),
                                   page_fault_text(fault.err));
            },
            [](Exception const& exception) {
                std::string const text = exception_text(exception.vec, exception.err) + ".";
                return exception.rule == nullptr
                           ? text
                           : fmt::format("{} This does not hold: {} ({})", text,
                                         exception.rule->sentence, exception.rule->sdm);
            },
            [](CrWrite const& write) {
                return fmt::format("CR{} is written: {}, before {}.", write.cr,
                                   hex(write.new_value), hex(write.old_value));
            },
            [](TaskSwitch const& task) {
                return fmt::format("Task switch by {}: the TSS {:#x} takes the old task's state, "
                                   "{:#x} gives the new one's.",
                                   word(task.cause), task.from, task.to);
            },
            [](MsrWrite const& write) {
                return fmt::format("MSR {} is written: {}, before {}.", hex(write.msr),
                                   hex(write.new_value), hex(write.old_value));
            },
            [](DebugHit const& hit) {
                return fmt::format("Watchpoint {} is hit at {}.", hit.slot, hex(hit.lin));
            },
            [](Softwalk const& walk) {
                return fmt::format("The kernel looks {} up in the user's page tables{}: {}.",
                                   hex(walk.lin), walk.write ? " for writing" : "",
                                   walk.ok ? "present" : "not usable");
            },
            [](Kmap const& map) {
                return fmt::format("The kernel maps frame {} at {}, slot {}.", hex(map.pa),
                                   hex(map.lin), map.slot);
            },
            [](Fixup const& fixup) {
                return fmt::format("The exception table has {}: the kernel goes on at {}.",
                                   hex(fixup.from), hex(fixup.to));
            },
            [](PageRef const& ref) {
                return fmt::format("Frame {} now has {}, {} before.", hex(ref.pa),
                                   counted(ref.after, "user"), ref.before);
            },
            [](Signal const& signal) {
                return fmt::format("{} is sent: code {}, address {}.", signal_name(signal.nr),
                                   signal.code, hex(signal.addr));
            },
            [](Sched const& sched) {
                return fmt::format("Process {} leaves the CPU, process {} gets it.", sched.from,
                                   sched.to);
            },
            [](Irq const& irq) { return "The interrupt of " + line_text(irq.line) + " is taken."; },
            [](Dma const& dma) {
                return fmt::format("A device writes {} at physical {}; no page table is asked.",
                                   counted(dma.n, "byte"), hex(dma.pa));
            },
            [](Lint const& lint) { return fmt::format("Lint {}: {}", lint.rule, lint.text); },
            [](Process const& process) {
                return process.gone ? fmt::format("Process {} is gone.", process.pid)
                                    : fmt::format("Process {}, {}, is born of {}.", process.pid,
                                                  process.name, process.parent);
            },
            [](Shutdown const& end) { return fmt::format("The machine stops: {}.", end.text); },
            [](auto const& other) { return say(other); },
        },
        event.body);
}

} // namespace ringside::trace
