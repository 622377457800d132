#include "core/cpu.hpp"

namespace ringside {

namespace {

mmu::PagingRegisters paging_registers(Cpu const& cpu) {
    return {.cr0 = cpu.cr0, .cr3 = cpu.cr3, .cr4 = cpu.cr4, .efer = cpu.efer, .rflags = cpu.rflags};
}

} // namespace

mmu::PagingMode Cpu::paging_mode() const {
    return mmu::paging_mode(paging_registers(*this));
}

mmu::PagingContext Cpu::paging_context() const {
    mmu::PagingContext context =
        mmu::paging_context(paging_registers(*this), physical_address_bits);
    context.pdptes = pdptes;
    return context;
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
