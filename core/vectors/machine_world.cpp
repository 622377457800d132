#include "core/vectors/machine_world.hpp"

#include "core/host_error.hpp"
#include "core/vectors/harness.hpp"
#include "core/vectors/verdict.hpp"

#include <array>

namespace ringside::vectors {

namespace {

using namespace harness;

constexpr u64 ram_bytes = u64{64} << 20U; // the cases' words end below 0x4000000
// Below 1 MiB, where no case has a word: our own IDT, the instruction that switches paging on,
// handlers that halt, and page tables.
constexpr u64 idt = 0x4000;
constexpr u64 switch_stub = 0x5000;
constexpr u64 handlers = 0xa000;
constexpr u64 handler_size = 16;
constexpr u64 low_table = 0x10000;
constexpr u64 user_table = 0x11000;
constexpr u64 directory = 0x12000;
constexpr u64 directory_pointers = 0x13000;
constexpr u64 low_end = 0x14000;
constexpr u64 longest_stub = 0x400;
constexpr u64 most_insns = 1000; // a stub has ten

constexpr u64 P = 1, W = 2, U = 4, A = 0x20, D = 0x40;

void refuse_unless(bool holds, VectorCase const& given, std::string const& why) {
    if (!holds) {
        throw HostError{given.where + ": " + why};
    }
}

bool is_narrow(VectorCase const& given, MemoryWord const& word) {
    return given.kind == "p32" && word.role.starts_with('p');
}

// What our machine cannot be, or what would end in the harness itself.
void check_case(VectorCase const& given) {
    refuse_unless((given.cr0 & (cr0::PE | cr0::PG)) == (cr0::PE | cr0::PG), given,
                  "cr0 does not have paging and protection");
    refuse_unless(given.gdt_limit <= 0xffff, given, "gdtlim is more than 16 bits");
    refuse_unless(given.code.size() >= 2 && given.code.size() <= longest_stub, given,
                  "code is no stub of 2 to 1024 bytes");
    for (MemoryWord const& word : given.memory) {
        u64 const address = word.address.value();
        refuse_unless(address <= ram_bytes - 8 && address % 4 == 0, given,
                      "mem has a word at " + hex(address) + ", where the machine has none");
        refuse_unless(address < idt || address >= low_end || address / page_size_4k == 6 ||
                          address / page_size_4k == 7 || address / page_size_4k == 8 ||
                          address / page_size_4k == 9,
                      given, "mem has a word at " + hex(address) + " among the harness's own");
    }
    bool const is_long = given.kind == "p64";
    refuse_unless(((given.efer & efer::LME) != 0) == is_long, given, "efer does not fit the kind");
    refuse_unless(!is_long || long_code_selectors[given.cpl] != 0, given, "cpl is neither 0 nor 3");
}

} // namespace

MachineWorld::MachineWorld()
    : machine_{Machine::Bare{.ram_bytes = ram_bytes}}
    , fresh_{machine_.save()} {}

std::optional<Delivered> MachineWorld::run(VectorCase const& given) {
    check_case(given);
    is_long_ = given.kind == "p64";
    clear();
    lay_memory(given);
    witness_.forget();
    machine_.set_sink(&witness_);
    start_without_paging(given);
    if (auto refused = run_until_delivered(1)) {
        refused->in_stub = false;
        return refused;
    }
    if (machine_.end()) {
        return std::nullopt;
    }
    enter_stub(given);
    return run_until_delivered(most_insns);
}

void MachineWorld::clear() {
    static constexpr std::array<u8, page_size_4k> zeros{};
    for (u64 const frame : frames_) {
        machine_.ram().write_bytes(PhysicalAddress{frame}, zeros);
    }
    static_cast<void>(machine_.ram().take_changed_code()); // the engine forgets everything anyway
    frames_.clear();
    own_entries_.clear();
    machine_.restore(fresh_);
}

void MachineWorld::lay_memory(VectorCase const& given) {
    lay_low_memory(given);
    lay_tables(given);
    for (MemoryWord const& word : given.memory) {
        unsigned const size = is_narrow(given, word) ? 4 : 8;
        machine_.ram().write(word.address, size, word.value);
        if (word.address.value() >= supervisor_end) {
            frames_.insert(word.address.page().value());
            frames_.insert((word.address + (size - 1)).page().value());
        }
    }
}

void MachineWorld::lay_low_memory(VectorCase const& given) {
    Ram& ram = machine_.ram();
    static constexpr std::array<u8, low_end> zeros{};
    ram.write_bytes(PhysicalAddress{0}, zeros);
    auto const entry = [&](u16 selector, u64 descriptor) {
        ram.write64(PhysicalAddress{gdt + (selector & 0xfff8U)}, descriptor);
    };
    for (u64 ring = 0; ring < 4; ++ring) {
        entry(code_selectors[ring], flat_code | dpl(ring));
        entry(stack_selectors[ring], flat_data | dpl(ring));
        if (is_long_ && long_code_selectors[ring] != 0) {
            entry(long_code_selectors[ring], long_code | dpl(ring));
        }
    }
    for (u64 ring = 0; ring < 3; ++ring) { // ESP0 SS0 ESP1 SS1 ...; in long mode RSP0 RSP1 RSP2
        PhysicalAddress const at{tss + 4 + ring * 8};
        ram.write64(at, inner_stack_tops[ring] |
                            (is_long_ ? u64{0} : u64{stack_selectors[ring]} << 32U));
    }
    lay_gates(is_long_);
    ram.write_bytes(PhysicalAddress{switch_stub}, std::array<u8, 3>{0x0f, 0x22, 0xc0}); // mov cr0
    ram.write_bytes(PhysicalAddress{supervisor_stub}, given.code);
}

// Interrupt gates to handlers that halt.
void MachineWorld::lay_gates(bool is_long) {
    std::vector<u8> hlt(256 * handler_size, 0x90);
    std::vector<u64> gates(is_long ? 512 : 256);
    u64 const selector = is_long ? long_code_selectors[0] : code_selectors[0];
    for (u64 vector = 0; vector < 256; ++vector) {
        u64 const handler = handlers + vector * handler_size;
        hlt[vector * handler_size] = 0xf4;
        gates[is_long ? vector * 2 : vector] = handler | selector << 16U | u64{0x8e} << 40U;
    }
    machine_.ram().write_bytes(PhysicalAddress{handlers}, hlt);
    for (u64 index = 0; index < gates.size(); ++index) {
        machine_.ram().write64(PhysicalAddress{idt + index * 8}, gates[index]);
    }
}

void MachineWorld::own_entry(u64 address, u64 value, unsigned size) {
    PhysicalAddress const at{address};
    machine_.ram().write(at, size, value);
    if (address >= supervisor_end) {
        frames_.insert(at.page().value());
        own_entries_.push_back({.address = at, .value = value, .role = {}});
    }
}

// The first MiB for supervisors and the stub's page for users, by the root's first entries.
void MachineWorld::lay_tables(VectorCase const& given) {
    bool const narrow = given.kind != "pae" && given.kind != "p64";
    unsigned const size = narrow ? 4 : 8;
    refuse_unless((given.cr3 & ~u64{0xfff}) <= ram_bytes - page_size_4k, given,
                  "cr3 is beyond the machine's memory");
    for (u64 page = 0; page < supervisor_end; page += page_size_4k) {
        own_entry(low_table + page / page_size_4k * size, page | P | W | A | D, size);
    }
    own_entry(user_table, user_frame | P | W | U | A | D, size);
    if (narrow) {
        u64 const root = given.cr3 & 0xfffff000;
        own_entry(root, low_table | P | W | A, 4);
        own_entry(root + 4, user_table | P | W | U | A, 4);
        return;
    }
    own_entry(directory, low_table | P | W | A, 8);
    own_entry(directory + 2 * 8, user_table | P | W | U | A, 8);
    if (given.kind == "pae") {
        own_entry(given.cr3 & 0xffffffe0, directory | P, 8);
    } else {
        own_entry(directory_pointers, directory | P | W | U | A, 8);
        own_entry(given.cr3 & ~u64{0xfff}, directory_pointers | P | W | U | A, 8);
    }
}

seg::SegmentRegister MachineWorld::segment(u16 selector) const {
    PhysicalAddress const at{gdt + (selector & 0xfff8U)};
    return seg::loaded_segment(seg::Selector{selector},
                               seg::SegmentDescriptor{machine_.ram().read64(at)});
}

// Ring 0, about to write CR0.
void MachineWorld::start_without_paging(VectorCase const& given) {
    using enum seg::SegmentName;
    Cpu& cpu = machine_.cpu();
    cpu.physical_address_bits = given.maxphyaddr.value_or(cpu.physical_address_bits);
    cpu.cr0 = (given.cr0 & ~cr0::PG) | cr0::ET;
    cpu.cr3 = given.cr3;
    cpu.cr4 = given.cr4;
    cpu.efer = given.efer & ~efer::LMA;
    cpu.segments.protection = true;
    cpu.segments.gdtr = {.base = gdt, .limit = static_cast<u16>(given.gdt_limit)};
    cpu.segments.idtr = {.base = idt, .limit = static_cast<u16>(is_long_ ? 0xfff : 0x7ff)};
    cpu.segments[CS] = segment(code_selectors[0]);
    for (seg::SegmentName const name : {ES, SS, DS, FS, GS}) {
        cpu.segments[name] = segment(stack_selectors[0]);
    }
    cpu.segments.tr = {.selector = {},
                       .base = tss,
                       .limit = tss_limit,
                       .descriptor = seg::SegmentDescriptor{busy_tss},
                       .usable = true};
    cpu.segments.ldtr = {};
    if (given.ldt) {
        cpu.segments.ldtr.base = given.ldt->base;
        cpu.segments.ldtr.limit = given.ldt->limit;
        cpu.segments.ldtr.usable = true;
    }
    cpu[Gpr::RAX] = given.cr0;
    cpu[Gpr::RSP] = stack_pointers[0];
    cpu.rip = switch_stub;
}

void MachineWorld::enter_stub(VectorCase const& given) {
    using enum seg::SegmentName;
    Cpu& cpu = machine_.cpu();
    std::size_t const ring = given.cpl;
    cpu.segments.cpl = static_cast<Ring>(given.cpl);
    cpu.segments[CS] = segment(is_long_ ? long_code_selectors[ring] : code_selectors[ring]);
    cpu.segments[SS] = segment(stack_selectors[ring]);
    for (seg::SegmentName const name : {ES, DS, FS, GS}) {
        cpu.segments[name] = segment(data_selector);
    }
    cpu.gpr = {};
    cpu[Gpr::RAX] = harness::eax;
    cpu[Gpr::RCX] = cpu[Gpr::RDX] = ecx_edx;
    cpu[Gpr::RBX] = given.rbx;
    cpu[Gpr::RSP] = stack_pointers[ring];
    cpu[Gpr::RSI] = esi;
    cpu[Gpr::RDI] = given.rdi;
    cpu.rflags = given.eflags | rflags::Fixed1;
    cpu.rip = stubs[ring];
}

std::optional<Delivered> MachineWorld::run_until_delivered(u64 most) {
    machine_.run_until_insn(machine_.insns() + most);
    if (!machine_.end()) {
        trouble_ = "it runs on";
        return std::nullopt;
    }
    trouble_ = machine_.end()->reason;
    return read_frame();
}

// The frame under the handler that halted. It lies below 1 MiB, where linear is physical.
std::optional<Delivered> MachineWorld::read_frame() {
    Cpu const& cpu = machine_.cpu();
    u64 const at = cpu.rip - 1 - handlers;
    u64 const sp = cpu[Gpr::RSP];
    bool const in_handler = machine_.end()->kind == EndKind::Halted && at % handler_size == 0 &&
                            at < 256 * handler_size && sp < supervisor_end - 64;
    if (!in_handler) {
        return std::nullopt;
    }
    auto const vector = static_cast<u8>(at / handler_size);
    unsigned const size = is_long_ && cpu.segments.long_mode_active ? 8 : 4;
    u64 place = sp;
    auto const pop = [&] {
        u64 const value = machine_.ram().read(PhysicalAddress{place}, size);
        place += size;
        return value;
    };
    Delivered frame{.vector = vector};
    if (has_error_code(static_cast<ExceptionVector>(vector))) {
        frame.error_code = static_cast<u32>(pop());
    }
    frame.ip = pop();
    frame.cs = static_cast<u16>(pop());
    frame.flags = pop();
    if (size == 8 || (frame.cs & 3U) != 0) {
        frame.sp = pop();
        frame.ss = pop() & 0xffffU;
    }
    return frame;
}

} // namespace ringside::vectors
