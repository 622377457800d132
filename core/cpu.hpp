#pragma once
// The architectural registers of the guest's processor: the model's truth, not the engine's.
#include "core/x86/control_registers.hpp"
#include "core/x86/integers.hpp"
#include "core/x86/rflags.hpp"
#include "mmu/paging_context.hpp"
#include "seg/records.hpp"
#include "seg/segment_register.hpp"

#include <array>

namespace ringside {

enum class Gpr : u8 {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15
};

// Family, model and stepping, as CPUID and RESET tell them: family 6, model 15. Before model 3 the
// family's SEP bit did not mean SYSENTER.
inline constexpr u32 processor_signature = 0x6f0;

struct Cpu {
    std::array<u64, 16> gpr{};
    u64 rip = 0; // offset in CS
    u64 rflags = ringside::rflags::Fixed1;
    seg::SegmentState segments;
    u64 cr0 = ringside::cr0::ET;
    u64 cr2 = 0;
    u64 cr3 = 0;
    u64 cr4 = 0;
    u64 cr8 = 0;
    u64 efer = 0;
    std::array<u64, 4> pdptes{};
    std::array<u64, 8> dr{0, 0, 0, 0, 0, 0, 0xffff0ff0, 0x400};
    u64 star = 0, lstar = 0, cstar = 0, fmask = 0, kernel_gs_base = 0;
    u64 sysenter_cs = 0, sysenter_esp = 0, sysenter_eip = 0;
    u64 pat = 0x0007040600070406, apic_base = 0xfee00900, misc_enable = 1, tsc_offset = 0,
        tsc_aux = 0;
    bool interrupt_shadow = false; // after STI or a load of SS: one instruction without interrupts
    bool debug_shadow = false;     // after a load of SS: one without debug traps, too
    u64 pending_debug = 0;         // bits of DR6 whose #DB comes at the next instruction boundary
    bool halted = false;
    u8 physical_address_bits = 40; // MAXPHYADDR, as CPUID tells it: a property, never changed
    friend bool operator==(Cpu const&, Cpu const&) = default;

    [[nodiscard]] u64& operator[](Gpr name) { return gpr[static_cast<std::size_t>(name)]; }
    [[nodiscard]] u64 operator[](Gpr name) const { return gpr[static_cast<std::size_t>(name)]; }
    [[nodiscard]] Ring cpl() const { return segments.cpl; }
    [[nodiscard]] mmu::PagingMode paging_mode() const;
    [[nodiscard]] mmu::PagingContext paging_context() const;
    [[nodiscard]] seg::ControlState control_state() const;
    void enter(seg::ControlState const& to); // CS SS IP SP RFLAGS CPL at once
};

} // namespace ringside
