#include "tests/core/opcode_sweep.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::tests {

namespace {

// As in record.c.
constexpr u64 code = 0x100000;
constexpr u64 data = 0x200000;
constexpr u64 stack = 0x300000;
constexpr u64 area = 0x10000;
constexpr u64 pointer = 0x1000;

constexpr u64 gdt = 0x1000;
constexpr u64 ldt = 0x2000;
constexpr u64 tss = 0x3000;
constexpr u64 idt = 0x4000;
constexpr u64 handlers = 0x6000;
constexpr u64 tables = 0x8000; // PML4, PDPT, PD, then two page tables
constexpr u64 kernel_stack = 0x7ff0;

constexpr u64 P = 1, W = 2, U = 4;

// Selectors by code size: code and stack or data. Ring 3's are Linux's, ring 0's are ours.
constexpr std::array<u16, 3> user_code{0x2f, 0x23, 0x33};
constexpr std::array<u16, 3> user_data{0x37, 0x2b, 0x2b};
constexpr std::array<u16, 3> kernel_code{0x40, 0x38, 0x08};
constexpr std::array<u16, 3> kernel_data{0x48, 0x10, 0x10};

u64 small(u64 base, u64 type) { // a 16-bit segment of 64 KiB
    return 0xffffU | base << 16U | type << 40U;
}

} // namespace

void OpcodeMachine::Ear::on_event(trace::Event&& event) {
    if (heard) {
        return;
    }
    if (auto const* const fault = std::get_if<trace::Exception>(&event.body)) {
        heard = true;
        word = fault->err == 0 ? fmt::format("{:x}", fault->vec)
                               : fmt::format("{:x}:{:x}", fault->vec, fault->err);
    } else if (std::holds_alternative<trace::PageFault>(event.body)) {
        heard = true;
        word = "e";
    } else if (auto const* const gate = std::get_if<trace::Gate>(&event.body)) {
        heard = true;
        word = fmt::format("{:x}", gate->vec);
    }
}

OpcodeMachine::OpcodeMachine()
    : ones_(area, 1) {
    Ram& ram = machine_.ram();
    auto const entry = [&](u64 selector, u64 raw) {
        ram.write64(PhysicalAddress{gdt + (selector & ~u64{7})}, raw);
    };
    constexpr u64 dpl3 = u64{3} << 45U;
    entry(0x08, 0x00af9b000000ffff);
    entry(0x10, 0x00cf93000000ffff);
    entry(0x20, 0x00cf9b000000ffff | dpl3);
    entry(0x28, 0x00cf93000000ffff | dpl3);
    entry(0x30, 0x00af9b000000ffff | dpl3);
    entry(0x38, 0x00cf9b000000ffff);
    entry(0x40, small(code, 0x9b));
    entry(0x48, small(data, 0x93));
    ram.write64(PhysicalAddress{ldt + 5 * 8}, small(code, 0xfb));
    ram.write64(PhysicalAddress{ldt + 6 * 8}, small(data, 0xf3));
    ram.write64(PhysicalAddress{tss + 4}, kernel_stack);
    ram.write32(PhysicalAddress{tss + 0x64}, 0x68U << 16U);
    lay_tables();
    lay_gates();
    lay_memory();
    fresh_ = machine_.save();
    machine_.set_sink(&ear_);
}

// Linear is physical: the program's three areas, and below 64 KiB what the processor reads. No
// more, as in the recorder: there a bit offset leads to a page that is not there.
void OpcodeMachine::lay_tables() {
    auto const put = [&](u64 address, u64 value) {
        machine_.ram().write64(PhysicalAddress{address}, value);
    };
    put(tables, (tables + 0x1000) | P | W | U);
    put(tables + 0x1000, (tables + 0x2000) | P | W | U);
    for (u64 half = 0; half < 2; ++half) {
        put(tables + 0x2000 + half * 8, (tables + 0x3000 + half * 0x1000) | P | W | U);
    }
    for (u64 page = 0; page < 1024; ++page) {
        u64 const at = page * page_size_4k;
        bool const is_user = at - code < area || at - data < area || at - stack < area;
        u64 const entry = is_user ? at | P | W | U : at | P | W;
        put(tables + 0x3000 + page * 8, is_user || at < area ? entry : 0);
    }
}

void OpcodeMachine::lay_gates() {
    for (u64 vector = 0; vector < 256; ++vector) {
        u64 const dpl = vector == 3 || vector == 4 ? 3 : 0;
        machine_.ram().write64(PhysicalAddress{idt + vector * 16},
                               handlers | u64{kernel_code[2]} << 16U | (0x8eU | dpl << 5U) << 40U);
        machine_.ram().write64(PhysicalAddress{idt + vector * 16 + 8}, 0);
    }
    machine_.ram().write_bytes(PhysicalAddress{handlers}, std::array<u8, 1>{0xf4});
}

void OpcodeMachine::lay_memory() {
    for (u64 const place : {data, stack}) {
        auto const now = machine_.ram().bytes().subspan(place, area);
        if (!std::ranges::equal(now, ones_)) {
            machine_.ram().write_bytes(PhysicalAddress{place}, ones_);
        }
    }
}

std::vector<u8> OpcodeMachine::bytes(OpcodeCase const& given) {
    bool const is_16 = given.size == CodeSize::Bits16;
    std::vector<u8> all;
    if (given.two_byte) {
        all.push_back(0x0f);
    }
    all.push_back(given.opcode);
    unsigned const rm = given.form >= 8 ? 0xc1U : is_16 ? 7U : 3U; // CX; [BX], [EBX]
    all.push_back(static_cast<u8>(rm | (given.form % 8) << 3U));
    u64 const immediate = is_16 ? pointer : data + pointer;
    for (unsigned byte = 0; byte < 4; ++byte) {
        all.push_back(static_cast<u8>(immediate >> (8 * byte)));
    }
    all.resize(32, 0);
    return all;
}

seg::SegmentRegister OpcodeMachine::segment(u16 selector) const {
    u64 const table = (selector & 4U) != 0 ? ldt : gdt;
    return seg::loaded_segment(seg::Selector{selector},
                               seg::SegmentDescriptor{machine_.ram().read64(
                                   PhysicalAddress{table + (selector & 0xfff8U)})});
}

void OpcodeMachine::start(OpcodeCase const& given, Ring ring) {
    using enum seg::SegmentName;
    lay_memory();
    machine_.ram().write_bytes(PhysicalAddress{code}, bytes(given));
    static_cast<void>(machine_.ram().take_changed_code());
    machine_.restore(fresh_);
    Cpu& cpu = machine_.cpu();
    cpu.cr0 |= cr0::PE | cr0::PG | cr0::WP | cr0::AM | cr0::NE | cr0::MP;
    cpu.cr3 = tables;
    cpu.cr4 = cr4::PAE | cr4::PGE | cr4::OSFXSR | cr4::OSXMMEXCPT | cr4::DE;
    cpu.efer = efer::LME | efer::LMA | efer::SCE | efer::NXE;
    cpu.segments.protection = cpu.segments.long_mode_active = true;
    cpu.segments.cpl = ring;
    cpu.segments.gdtr = {.base = gdt, .limit = 0x7f};
    cpu.segments.idtr = {.base = idt, .limit = 0xfff};
    cpu.segments.ldtr = {.selector = seg::Selector{0x58},
                         .base = ldt,
                         .limit = 0x37,
                         .descriptor = seg::SegmentDescriptor{u64{0x82} << 40U},
                         .usable = true};
    cpu.segments.tr = {.selector = seg::Selector{0x60},
                       .base = tss,
                       .limit = 0x67,
                       .descriptor = seg::SegmentDescriptor{u64{0x8b} << 40U},
                       .usable = true};
    auto const size = static_cast<std::size_t>(given.size);
    bool const is_user = ring == Ring::R3;
    cpu.segments[CS] = segment(is_user ? user_code[size] : kernel_code[size]);
    for (seg::SegmentName const name : {ES, SS, DS, FS, GS}) {
        cpu.segments[name] = segment(is_user ? user_data[size] : kernel_data[size]);
    }
    bool const is_16 = given.size == CodeSize::Bits16;
    u64 const astray = given.variant == Variant::Aligned ? 0 : 1;
    cpu.gpr.fill((is_16 ? 0 : data) + pointer + astray);
    cpu[Gpr::RSP] = is_16 ? 0x8000 : stack + 0x8000;
    cpu.rip = is_16 ? 0 : code;
    cpu.rflags =
        rflags::Fixed1 | rflags::IF | (given.variant == Variant::Checked ? rflags::AC : u64{0});
    ear_.heard = false;
    ear_.word = ".";
    before_ = cpu;
}

std::string OpcodeMachine::outcome() {
    return ear_.heard || machine_.insns() == fresh_.insns + 1 ? ear_.word : "nothing";
}

std::string OpcodeMachine::step(OpcodeCase const& given, Ring ring) {
    start(given, ring);
    machine_.step();
    return outcome();
}

std::string OpcodeMachine::run(OpcodeCase const& given, Ring ring) {
    start(given, ring);
    machine_.run_until_tick(machine_.ticks() + 1);
    return outcome();
}

} // namespace ringside::tests
