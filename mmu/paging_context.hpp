#pragma once
// Everything that decides how a linear address is translated, besides the tables themselves
// (SDM volume 3, section 5.1: paging modes and control bits).
#include "core/x86/control_registers.hpp"
#include "core/x86/integers.hpp"
#include "core/x86/rflags.hpp"

#include <array>

namespace ringside::mmu {

enum class PagingMode : u8 {
    None,   // CR0.PG = 0: linear is physical
    Bits32, // two levels, 4-byte entries; trace name p32
    PAE,    // three levels, 8-byte entries; trace name pae
    Level4, // four levels; trace name p64
};

struct PagingContext {
    PagingMode mode = PagingMode::None;
    u64 cr3 = 0;
    bool wp = false;             // CR0.WP
    bool pse = false;            // CR4.PSE (32-bit paging only)
    bool pge = false;            // CR4.PGE
    bool pcide = false;          // CR4.PCIDE
    bool nxe = false;            // IA32_EFER.NXE
    bool smep = false;           // CR4.SMEP
    bool smap = false;           // CR4.SMAP
    bool ac = false;             // EFLAGS.AC
    u8 maxphyaddr = 40;          // CPUID.80000008H:EAX[7:0]
    std::array<u64, 4> pdptes{}; // PAE: the four PDPTE registers, loaded by MOV to CR3
    friend bool operator==(PagingContext const&, PagingContext const&) = default;
};

// The registers that paging is made of.
struct PagingRegisters {
    u64 cr0 = 0;
    u64 cr3 = 0;
    u64 cr4 = 0;
    u64 efer = 0;
    u64 rflags = 0;
};

// Section 5.1.1: PG, then PAE, then LME.
[[nodiscard]] constexpr PagingMode paging_mode(PagingRegisters const& from) {
    if ((from.cr0 & cr0::PG) == 0) {
        return PagingMode::None;
    }
    if ((from.cr4 & cr4::PAE) == 0) {
        return PagingMode::Bits32;
    }
    return (from.efer & efer::LME) == 0 ? PagingMode::PAE : PagingMode::Level4;
}

// The PDPTE registers are not among them: PAE paging loads those from memory (`load_pdptes`).
[[nodiscard]] constexpr PagingContext paging_context(PagingRegisters const& from, u8 maxphyaddr) {
    return {
        .mode = paging_mode(from),
        .cr3 = from.cr3,
        .wp = (from.cr0 & cr0::WP) != 0,
        .pse = (from.cr4 & cr4::PSE) != 0,
        .pge = (from.cr4 & cr4::PGE) != 0,
        .pcide = (from.cr4 & cr4::PCIDE) != 0,
        .nxe = (from.efer & efer::NXE) != 0,
        .smep = (from.cr4 & cr4::SMEP) != 0,
        .smap = (from.cr4 & cr4::SMAP) != 0,
        .ac = (from.rflags & rflags::AC) != 0,
        .maxphyaddr = maxphyaddr,
    };
}

} // namespace ringside::mmu
