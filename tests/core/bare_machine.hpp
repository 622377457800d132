#pragma once
// A machine without a kernel: 32-bit protected mode with two-level paging, a GDT, an IDT and a TSS
// made by hand. Linear is physical below 16 MiB unless a test maps otherwise.
#include "core/machine.hpp"

#include <initializer_list>

namespace ringside::tests {

class BareMachine {
public:
    static constexpr u64 gdt = 0x1000;
    static constexpr u64 idt = 0x2000;
    static constexpr u64 tss = 0x3000;
    static constexpr u64 page_directory = 0x4000;
    static constexpr u64 page_tables = 0x10000; // four of them: 16 MiB
    static constexpr u64 kernel_stack = 0x9000;
    static constexpr u64 handlers = 0xa000; // of vector V at handlers + 16 * V: HLT
    static constexpr u64 code = 0x100000;
    static constexpr u64 data = 0x200000;
    static constexpr u64 stack = 0x300000;

    static constexpr u16 kernel_cs = 0x08;
    static constexpr u16 kernel_ds = 0x10;
    static constexpr u16 user_cs = 0x1b;
    static constexpr u16 user_ds = 0x23;
    static constexpr u16 task = 0x28;

    static constexpr u32 P = 1, W = 2, U = 4;

    explicit BareMachine(Ring ring = Ring::R0) {
        put64(gdt + 0x08, 0x00cf9b000000ffff);
        put64(gdt + 0x10, 0x00cf93000000ffff);
        put64(gdt + 0x18, 0x00cffb000000ffff);
        put64(gdt + 0x20, 0x00cff3000000ffff);
        put64(gdt + 0x28, 0x00008b0000000067 | tss << 16U);
        put32(tss + 4, kernel_stack);
        put32(tss + 8, kernel_ds);
        put32(tss + 0x64, 0x68U << 16U); // no I/O permission bitmap
        for (u64 vector = 0; vector < 256; ++vector) {
            set_gate(vector, handlers + 16 * vector, vector == 0x80 ? 3 : 0);
            put(handlers + 16 * vector, {0xf4});
        }
        for (u64 page = 0; page < 4096; ++page) {
            put32(page_tables + 4 * page, static_cast<u32>(page << 12U) | P | W | U);
        }
        for (u64 table = 0; table < 4; ++table) {
            put32(page_directory + 4 * table,
                  static_cast<u32>(page_tables + 4096 * table) | P | W | U);
        }
        Cpu& cpu = machine.cpu();
        cpu.cr0 |= cr0::PE | cr0::PG | cr0::WP;
        cpu.cr3 = page_directory;
        cpu.segments.protection = true;
        cpu.segments.gdtr = {.base = gdt, .limit = 0x2f};
        cpu.segments.idtr = {.base = idt, .limit = 0x7ff};
        cpu.segments.tr = segment(task, 0x28);
        enter(ring);
        cpu.rip = code;
        cpu[Gpr::RSP] = stack;
    }

    void enter(Ring ring) {
        bool const is_user = ring == Ring::R3;
        Cpu& cpu = machine.cpu();
        cpu.segments.cpl = ring;
        using enum seg::SegmentName;
        cpu.segments[CS] = segment(is_user ? user_cs : kernel_cs, is_user ? 0x18 : 0x08);
        for (seg::SegmentName const name : {ES, SS, DS, FS, GS}) {
            cpu.segments[name] = segment(is_user ? user_ds : kernel_ds, is_user ? 0x20 : 0x10);
        }
    }

    [[nodiscard]] seg::SegmentRegister segment(u16 selector, u64 offset) {
        return seg::loaded_segment(
            seg::Selector{selector},
            seg::SegmentDescriptor{machine.ram().read64(PhysicalAddress{gdt + offset})});
    }
    void set_gate(u64 vector, u64 handler, u64 dpl) {
        put64(idt + 8 * vector, (handler & 0xffff) | u64{kernel_cs} << 16U |
                                    (0x8eU | dpl << 5U) << 40U | (handler >> 16U) << 48U);
    }
    void put(u64 address, std::initializer_list<u8> bytes) {
        std::vector<u8> const all{bytes};
        machine.ram().write_bytes(PhysicalAddress{address}, all);
    }
    void put32(u64 address, u32 value) { machine.ram().write32(PhysicalAddress{address}, value); }
    void put64(u64 address, u64 value) { machine.ram().write64(PhysicalAddress{address}, value); }
    [[nodiscard]] u32 get32(u64 address) { return machine.ram().read32(PhysicalAddress{address}); }
    // Maps the page of `linear` to the frame; 0 rights: not present. Does not flush.
    void map(u64 linear, u64 frame, u32 rights) {
        put32(page_tables + 4 * (linear >> 12U), static_cast<u32>(frame & ~u64{0xfff}) | rights);
    }
    // The vector whose handler the machine halted in; -1 if it did not halt there.
    [[nodiscard]] int halted_in() const {
        if (!machine.end() || machine.end()->kind != EndKind::Halted) {
            return -1;
        }
        u64 const at = machine.cpu().rip - 1;
        return at >= handlers && at < handlers + 16 * 256 && at % 16 == 0
                   ? static_cast<int>((at - handlers) / 16)
                   : -1;
    }
    [[nodiscard]] u32 reg(Gpr name) const { return static_cast<u32>(machine.cpu()[name]); }

    Machine machine{Machine::Bare{}};
};

// The events of a run.
class Listener final : public trace::EventSink {
public:
    void on_event(trace::Event&& event) override { events.push_back(std::move(event)); }
    template <class Body>
    [[nodiscard]] std::vector<Body> all() const {
        std::vector<Body> found;
        for (trace::Event const& event : events) {
            if (auto const* const body = std::get_if<Body>(&event.body)) {
                found.push_back(*body);
            }
        }
        return found;
    }
    std::vector<trace::Event> events;
};

} // namespace ringside::tests
