#include "core/cpu.hpp"

namespace ringside {

mmu::PagingMode Cpu::paging_mode() const {
    if ((cr0 & ringside::cr0::PG) == 0) {
        return mmu::PagingMode::None;
    }
    if ((cr4 & ringside::cr4::PAE) == 0) {
        return mmu::PagingMode::Bits32;
    }
    return (efer & ringside::efer::LMA) != 0 ? mmu::PagingMode::Level4 : mmu::PagingMode::PAE;
}

mmu::PagingContext Cpu::paging_context() const {
    return {
        .mode = paging_mode(),
        .cr3 = cr3,
        .wp = (cr0 & ringside::cr0::WP) != 0,
        .pse = (cr4 & ringside::cr4::PSE) != 0,
        .pge = (cr4 & ringside::cr4::PGE) != 0,
        .pcide = (cr4 & ringside::cr4::PCIDE) != 0,
        .nxe = (efer & ringside::efer::NXE) != 0,
        .smep = (cr4 & ringside::cr4::SMEP) != 0,
        .smap = (cr4 & ringside::cr4::SMAP) != 0,
        .ac = (rflags & ringside::rflags::AC) != 0,
        .pdptes = pdptes,
    };
}

seg::ControlState Cpu::control_state() const {
    return {
        .cs = segments[seg::SegmentName::CS],
        .ss = segments[seg::SegmentName::SS],
        .ip = rip,
        .sp = (*this)[Gpr::RSP],
        .rflags = rflags,
        .cpl = segments.cpl,
    };
}

void Cpu::enter(seg::ControlState const& to) {
    seg::apply(to, segments);
    rip = to.ip;
    (*this)[Gpr::RSP] = to.sp;
    rflags = to.rflags;
}

} // namespace ringside
