#pragma once
// Everything that decides how a linear address is translated, besides the tables themselves
// (SDM volume 3, section 5.1: paging modes and control bits).
#include "core/x86/integers.hpp"

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

} // namespace ringside::mmu
