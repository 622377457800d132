#pragma once
// A machine without a kernel in 64-bit mode: linear is physical below 16 MiB for every ring, and
// any other page shows what a test maps. Every vector's handler halts.
#include "core/machine.hpp"

#include <initializer_list>

namespace ringside::tests {

class LongMachine {
public:
    static constexpr u64 code = 0x100000;
    static constexpr u64 data = 0x200000;
    static constexpr u64 stack = 0x300000;
    static constexpr u64 gdt = 0x1000;
    static constexpr u64 idt = 0x2000;
    static constexpr u64 tss = 0x3000;
    static constexpr u64 kernel_stack = 0x9000;
    static constexpr u64 handlers = 0xa000;
    static constexpr u64 pml4 = 0x10000;

    static constexpr u16 kernel_cs = 0x08, kernel_ds = 0x10, user_cs32 = 0x1b, user_ds = 0x23,
                         user_cs = 0x2b, compat_cs = 0x30; // compat_cs: 32-bit code of ring 0
    static constexpr u64 P = 1, W = 2, U = 4;

    explicit LongMachine(Ring ring = Ring::R0) {
        constexpr u64 dpl3 = u64{3} << 45U;
        put64(gdt + 0x08, 0x00af9b000000ffff);
        put64(gdt + 0x10, 0x00cf93000000ffff);
        put64(gdt + 0x18, 0x00cf9b000000ffff | dpl3);
        put64(gdt + 0x20, 0x00cf93000000ffff | dpl3);
        put64(gdt + 0x28, 0x00af9b000000ffff | dpl3);
        put64(gdt + 0x30, 0x00cf9b000000ffff);
        put64(tss + 4, kernel_stack);
        for (u64 vector = 0; vector < 256; ++vector) {
            u64 const handler = handlers + 16 * vector;
            put64(idt + 16 * vector, (handler & 0xffff) | u64{kernel_cs} << 16U | u64{0x8e} << 40U |
                                         (handler >> 16U) << 48U);
            put(handler, {0xf4});
        }
        for (u64 page = 0; page < 8; ++page) {
            put64(pml4 + 0x2000 + page * 8, page << 21U | P | W | U | 0x80);
        }
        put64(pml4, (pml4 + 0x1000) | P | W | U);
        put64(pml4 + 0x1000, (pml4 + 0x2000) | P | W | U);
        Cpu& cpu = machine.cpu();
        cpu.cr0 |= cr0::PE | cr0::PG | cr0::WP;
        cpu.cr3 = pml4;
        cpu.cr4 = cr4::PAE | cr4::PGE | cr4::OSFXSR;
        cpu.efer = efer::LME | efer::LMA | efer::SCE;
        cpu.segments.protection = cpu.segments.long_mode_active = true;
        cpu.segments.gdtr = {.base = gdt, .limit = 0x37};
        cpu.segments.idtr = {.base = idt, .limit = 0xfff};
        cpu.segments.tr = {.selector = seg::Selector{0x40},
                           .base = tss,
                           .limit = 0x67,
                           .descriptor = seg::SegmentDescriptor{u64{0x8b} << 40U},
                           .usable = true};
        enter(ring, ring == Ring::R3 ? user_cs : kernel_cs);
        cpu.rip = code;
        cpu[Gpr::RSP] = stack;
    }

    void enter(Ring ring, u16 cs) {
        using enum seg::SegmentName;
        Cpu& cpu = machine.cpu();
        cpu.segments.cpl = ring;
        cpu.segments[CS] = segment(cs);
        for (seg::SegmentName const name : {ES, SS, DS, FS, GS}) {
            cpu.segments[name] = segment(ring == Ring::R3 ? user_ds : kernel_ds);
        }
    }
    [[nodiscard]] seg::SegmentRegister segment(u16 selector) {
        return seg::loaded_segment(seg::Selector{selector},
                                   seg::SegmentDescriptor{get64(gdt + (selector & 0xfff8U))});
    }
    // Shows the frame at a page above 16 MiB.
    void map(u64 linear, u64 frame) {
        u64 table = pml4;
        for (unsigned const shift : {39U, 30U, 21U}) {
            u64 const at = table + ((linear >> shift) & 511U) * 8;
            if ((get64(at) & P) == 0) {
                put64(at, next_table_ | P | W | U);
                next_table_ += page_size_4k;
            }
            table = get64(at) & 0xfffffffff000;
        }
        put64(table + ((linear >> 12U) & 511U) * 8, frame | P | W | U);
    }
    void put(u64 address, std::initializer_list<u8> bytes) {
        std::vector<u8> const all{bytes};
        machine.ram().write_bytes(PhysicalAddress{address}, all);
    }
    void put64(u64 address, u64 value) { machine.ram().write64(PhysicalAddress{address}, value); }
    [[nodiscard]] u64 get64(u64 address) { return machine.ram().read64(PhysicalAddress{address}); }

    void run() { machine.run_until_insn(machine.insns() + 100000); }
    // The vector whose handler halted; -1 if the machine did not halt there.
    [[nodiscard]] int halted_in() const {
        if (!machine.end() || machine.end()->kind != EndKind::Halted) {
            return -1;
        }
        u64 const at = machine.cpu().rip - 1;
        bool const is_handler = at >= handlers && at < handlers + 16 * 256 && at % 16 == 0;
        return is_handler ? static_cast<int>((at - handlers) / 16) : -1;
    }
    // Of the frame that the handler found: 0 the error code or, without one, the IP, and so on.
    [[nodiscard]] u64 pushed(unsigned index) {
        return get64(machine.cpu()[Gpr::RSP] + u64{index} * 8);
    }

    Machine machine{Machine::Bare{}};

private:
    u64 next_table_ = 0x400000;
};

} // namespace ringside::tests
