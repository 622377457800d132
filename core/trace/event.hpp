#pragma once
// The story of a run: one Event for every architectural thing that happened, in the order it
// happened. Events are facts that the models or the guest kernel's tracepoints reported; nothing is
// guessed. The trace, the story, the panels and the graders read only these. Field names are the
// trace's (JSON Lines).
#include "core/x86/boxed.hpp"
#include "core/x86/fixed_vector.hpp"
#include "core/x86/integers.hpp"
#include "core/x86/rule.hpp"
#include "mmu/page_walk.hpp"
#include "seg/segment_register.hpp"

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ringside::trace {

// Where a transfer came from or went to.
struct Place {
    u16 cs = 0;
    u64 ip = 0;
    u16 ss = 0;
    u64 sp = 0;
    u8 cpl = 0;
    friend bool operator==(Place const&, Place const&) = default;
};

struct SegLoad {
    seg::SegmentName reg = seg::SegmentName::DS;
    u16 selector = 0;
    u64 descriptor = 0;
    u64 base = 0;
    u32 limit = 0;
    std::vector<Check> checks;
    bool ldtr = false;
    bool tr = false;
    std::optional<u8> vec = std::nullopt; // refused
    u32 err = 0;
};
struct SegFault {
    seg::SegmentName reg = seg::SegmentName::DS;
    u64 offset = 0;
    u32 size = 0;
    char acc = 'r';
    Rule const* rule = nullptr;
    u8 vec = 13;
    u32 err = 0;
};
enum class GateSource : u8 { Int, Exception, Irq };
struct Gate {
    u8 vec = 0;
    GateSource source = GateSource::Exception;
    u64 gate = 0;      // the descriptor, low 8 bytes
    u64 gate_high = 0; // 64-bit gates
    Place from;
    Place to;
    std::vector<u64> pushed; // in the order pushed
    std::vector<Check> checks;
    u8 push_size = 4;
    bool stack_switched = false;
};
enum class TransferKind : u8 { Iret, SyscallInsn, Sysret, Far };
struct Transfer {
    TransferKind kind = TransferKind::Iret;
    Place from;
    Place to;
    std::vector<Check> checks;
    bool by_sysenter = false; // of SyscallInsn and Sysret: SYSENTER and SYSEXIT
};
[[nodiscard]] std::string_view mnemonic(Transfer const& transfer); // "SYSENTER"; "" for far ones
// A hardware task switch, told before it is committed; the `far`, `gate` or `iret` that asked for
// it comes first.
enum class TaskCause : u8 { Jmp, Call, Int, Iret };
struct TaskSwitch {
    TaskCause cause = TaskCause::Jmp;
    u16 from = 0; // selectors of the two TSSs
    u16 to = 0;
    bool tss16 = false; // the new TSS is a 16-bit one
    std::vector<Check> checks;
};
struct Walk {
    Boxed<mmu::PageWalk> walk;
};
enum class TlbOp : u8 { Fill, Flush, Invlpg };
struct TlbChange {
    TlbOp op = TlbOp::Flush;
    u64 lin = 0;
    u64 count = 0; // entries dropped
};
struct PageFault {
    u64 cr2 = 0;
    u32 err = 0;
};
struct Exception { // all but #PF
    u8 vec = 0;
    u32 err = 0;
    Rule const* rule = nullptr;
};
struct CrWrite {
    u8 cr = 0;
    u64 old_value = 0;
    u64 new_value = 0;
};
struct MsrWrite {
    u32 msr = 0;
    u64 old_value = 0;
    u64 new_value = 0;
};
struct DebugHit {
    u64 dr6 = 0;
    u8 slot = 0;
    u64 lin = 0;
};

// From tracepoints (kernel_stub/abi/tracepoints.h).
struct Syscall {
    u32 nr = 0;
    std::string name;
    std::array<u64, 6> args{};
    u8 argc = 6;
    bool abi32 = true;
};
struct SyscallRet {
    u32 nr = 0;
    std::string name;
    i64 ret = 0;
};
struct AccessOk {
    u64 ptr = 0;
    u64 n = 0;
    u64 limit = 0;
    bool ok = false;
};
struct Copy {
    u32 dir = 0; // enum tp_copy
    u64 user = 0;
    u64 kernel = 0;
    u64 n = 0;
    u64 left = 0;
    std::string head; // the first bytes that arrived, at most 16
};
// An entry of a program's page tables as kernel code read it.
struct SoftwalkStep {
    mmu::PagingLevel level = mmu::PagingLevel::PT;
    u64 pa = 0; // where it lies
    u64 entry = 0;
    friend bool operator==(SoftwalkStep const&, SoftwalkStep const&) = default;
};
struct Softwalk {
    u64 lin = 0;
    bool write = false;
    bool ok = false;
    std::vector<SoftwalkStep> steps{}; // from the top to the one that decides
};
struct Kmap {
    u32 slot = 0;
    u64 lin = 0;
    u64 pa = 0;
};
struct Fixup {
    u64 from = 0;
    u64 to = 0;
};
struct FaultIn {
    u32 how = 0; // enum tp_fault_in
    u64 lin = 0;
    u64 pa = 0;
    bool major = false;
};
struct SwapOut {
    u64 lin = 0;
    u64 pa = 0;
    i64 slot = 0;
};
struct Vma {
    u32 op = 0; // enum tp_vma_op
    u64 start = 0;
    u64 end = 0;
    u32 prot = 0;
    u32 flags = 0;
    std::string file;
    u64 pgoff = 0;
    u32 pid = 0;
};
struct PageRef {
    u64 pa = 0;
    i64 before = 0;
    i64 after = 0;
};
struct Signal {
    u32 nr = 0;
    i32 code = 0;
    u64 addr = 0;
};
struct Sched {
    u32 from = 0;
    u32 to = 0;
};
struct Irq {
    u32 line = 0;
};
struct Dma {
    u64 pa = 0;
    u64 n = 0;
};
enum class TextKind : u8 { Console, Oops, Panic };
struct Text {
    TextKind kind = TextKind::Console;
    std::string text;
};
struct Lint {
    std::string rule;
    std::string text;
};
struct Process {
    u32 pid = 0;
    std::string name;
    u32 parent = 0;
    bool gone = false;
};
struct Shutdown { // the machine stopped for good: triple fault, or a power-off by the guest
    std::string text;
};

using Body = std::variant<SegLoad, SegFault, Gate, Transfer, TaskSwitch, Walk, TlbChange, PageFault,
                          Exception, CrWrite, MsrWrite, DebugHit, Syscall, SyscallRet, AccessOk,
                          Copy, Softwalk, Kmap, Fixup, FaultIn, SwapOut, Vma, PageRef, Signal,
                          Sched, Irq, Dma, Text, Lint, Process, Shutdown>;

// The state just before the event commits. `ip` is the offset in `cs` of the executing (for faults:
// faulting) instruction. `insn` counts instructions retired since reset, a REP once, when it
// completes. `tick` counts machine steps (docs/architecture.md, "Devices"); it names one machine
// state exactly, and all events of one step share it.
struct Event {
    u64 tick = 0;
    u64 insn = 0;
    u64 ip = 0;
    u64 cr3 = 0;
    u32 pid = 0;
    u16 cs = 0;
    u8 cpl = 0;
    Body body;
};

// The trace's name of the kind: "seg_load" ... (CLI contract).
[[nodiscard]] std::string_view kind_name(Event const& event);

// #PF or another exception; what raised it, a refused walk or check, is an event of its own before.
[[nodiscard]] bool is_exception(Event const& event);

// Who listens to a running machine.
class EventSink {
public:
    EventSink() = default;
    EventSink(EventSink const&) = delete;
    EventSink(EventSink&&) = delete;
    EventSink& operator=(EventSink const&) = delete;
    EventSink& operator=(EventSink&&) = delete;
    virtual ~EventSink() = default;
    virtual void on_event(Event&& event) = 0;
};

} // namespace ringside::trace
