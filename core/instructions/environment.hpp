#pragma once
// What an instruction that the model executes may do besides changing registers. The machine
// implements it.
#include "core/cpu.hpp"
#include "core/trace/event.hpp"
#include "core/x86/memory.hpp"

namespace ringside {

enum class TlbFlush : u8 {
    NonGlobal, // MOV to CR3
    All,       // CR0.PG, CR4.PGE and the like
};

// INVPCID's types (SDM volume 2, "INVPCID").
enum class Invalidation : u8 { Address, Pcid, Everything, EverythingButGlobal };

class Environment {
public:
    Environment() = default;
    Environment(Environment const&) = delete;
    Environment(Environment&&) = delete;
    Environment& operator=(Environment const&) = delete;
    Environment& operator=(Environment&&) = delete;
    virtual ~Environment() = default;

    // Tells an event; the state it carries is the one before the instruction.
    virtual void tell(trace::Body body) = 0;
    [[nodiscard]] virtual LinearMemory& memory() = 0;
    // Physical memory, for the PDPTE registers.
    [[nodiscard]] virtual PhysicalMemory const& physical() const = 0;

    // From here on the machine's registers are these, before the instruction is over: memory is
    // seen as they see it (the commit point of a task switch).
    virtual void enter(Cpu const& now) = 0;

    // Translations. The context after the instruction decides which entries go.
    virtual void flush_tlb(TlbFlush which, Cpu const& after) = 0;
    // MOV to CR3 that flushes nothing: another PCID's entries count from now on.
    virtual void select_pcid(Cpu const& after) = 0;
    virtual void invalidate_page(LinearAddress address, Cpu const& after) = 0;
    // INVPCID; its type is checked.
    virtual void invalidate_pcid(Invalidation which, u16 pcid, LinearAddress address) = 0;
    // Paging works by other rules from now on (CR0, CR4, EFER, EFLAGS.AC).
    virtual void translation_rules_changed() = 0;

    // Ports. `registers` are the guest's, for the debug port that reads its arguments from them.
    [[nodiscard]] virtual u32 read_port(u16 port, unsigned size) = 0;
    virtual void write_port(u16 port, unsigned size, u32 value, Cpu const& registers) = 0;

    [[nodiscard]] virtual u64 retired_instructions() const = 0;
};

} // namespace ringside
