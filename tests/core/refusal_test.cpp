// What WRMSR, MOV to control registers, LGDT and INVPCID refuse, and what INVPCID drops; HLT with
// TF; alignment.
#include "tests/core/bare_machine.hpp"
#include "tests/core/long_machine.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace ringside::tests::refusal_test {
namespace {

// WRMSR of a value, then HLT: -1, or the vector it ended in.
int write_register(u32 number, u64 value) {
    LongMachine bare;
    Cpu& cpu = bare.machine.cpu();
    cpu[Gpr::RCX] = number;
    cpu[Gpr::RAX] = value & 0xffffffff;
    cpu[Gpr::RDX] = value >> 32U;
    bare.put(LongMachine::code, {0x0f, 0x30, 0xf4});
    bare.run();
    return bare.halted_in();
}

TEST_CASE("WRMSR refuses addresses that are not canonical, and reserved bits") {
    constexpr u64 not_canonical = u64{1} << 47U;
    for (u32 const number :
         {0x175U, 0x176U, 0xc0000082U, 0xc0000083U, 0xc0000100U, 0xc0000101U, 0xc0000102U}) {
        CAPTURE(number);
        CHECK(write_register(number, not_canonical - 1) == -1);
        CHECK(write_register(number, not_canonical) == 13);
        CHECK(write_register(number, 0xffff'8000'0000'0000) == -1);
    }
    for (u32 const number : {0xc0000084U, 0xc0000103U}) { // IA32_FMASK, IA32_TSC_AUX
        CHECK(write_register(number, 0xffffffff) == -1);
        CHECK(write_register(number, u64{1} << 32U) == 13);
    }
    CHECK(write_register(0x277, 0x0007040600070406) == -1); // IA32_PAT
    for (u64 const type : {u64{2}, u64{3}, u64{8}}) {
        CHECK(write_register(0x277, type << 24U) == 13);
    }
    CHECK(write_register(0x1b, 0xfee00900) == -1); // IA32_APIC_BASE
    CHECK(write_register(0x1b, 0xfee00901) == 13);
    CHECK(write_register(0x1b, u64{1} << 40U) == 13);
    CHECK(write_register(0xc0000080, 0xd01) == -1); // IA32_EFER; LMA is as it is
    CHECK(write_register(0xc0000080, 0xd03) == 13);
}

// MOV CRn, RAX.
int write_control(u8 number, u64 value, u64 cr4_before = 0) {
    LongMachine bare;
    Cpu& cpu = bare.machine.cpu();
    cpu.cr4 |= cr4_before;
    cpu[Gpr::RAX] = value;
    if (number == 8) {
        bare.put(LongMachine::code, {0x44, 0x0f, 0x22, 0xc0, 0xf4});
    } else {
        bare.put(LongMachine::code, {0x0f, 0x22, static_cast<u8>(0xc0U | u32{number} << 3U), 0xf4});
    }
    bare.run();
    return bare.halted_in();
}

TEST_CASE("MOV to a control register refuses reserved bits") {
    constexpr u64 cr0_now = cr0::PE | cr0::PG | cr0::WP | cr0::ET;
    CHECK(write_control(0, cr0_now) == -1);
    CHECK(write_control(0, cr0_now | u64{1} << 32U) == 13);
    CHECK(write_control(3, LongMachine::pml4) == -1);
    CHECK(write_control(3, LongMachine::pml4 | u64{1} << 40U) == 13);
    CHECK(write_control(3, LongMachine::pml4 | u64{1} << 63U) == 13);
    CHECK(write_control(3, LongMachine::pml4 | u64{1} << 63U, cr4::PCIDE) == -1);
    constexpr u64 cr4_now = cr4::PAE | cr4::PGE | cr4::OSFXSR;
    CHECK(write_control(4, cr4_now) == -1);
    CHECK(write_control(4, cr4_now | cr4::VME) == 13);
    CHECK(write_control(4, cr4_now | cr4::PVI) == 13);
    CHECK(write_control(8, 15) == -1);
    CHECK(write_control(8, 16) == 13);
}

TEST_CASE("LGDT and LIDT refuse a base that is not canonical") {
    for (u8 const extension : {u8{2}, u8{3}}) {
        for (u64 const base : {u64{0x1000}, u64{1} << 47U}) {
            LongMachine bare;
            bare.machine.cpu()[Gpr::RAX] = LongMachine::data;
            bare.put64(LongMachine::data, 0x37 | base << 16U);
            bare.put64(LongMachine::data + 8, base >> 48U);
            bare.put(LongMachine::code, {0x0f, 0x01, static_cast<u8>(u32{extension} << 3U), 0xf4});
            bare.run();
            CHECK(bare.halted_in() == (base == 0x1000 ? -1 : 13));
        }
    }
}

// ---- INVPCID

mmu::TlbEntry entry(u64 page, u16 pcid, bool global) {
    return {.page = LinearAddress{page},
            .frame = PhysicalAddress{page},
            .pcid = pcid,
            .user = false,
            .writable = true,
            .no_execute = false,
            .global = global,
            .dirty = true};
}

// Which of four entries stay: PCID 1 and 2 at one page, PCID 1 at another, and a global one.
std::string stays(u64 type, u64 pcid, u64 address, int* vector = nullptr, bool pcide = true) {
    LongMachine bare;
    MachineState state = bare.machine.save();
    state.tlb = {entry(0x500000, 1, false), entry(0x500000, 2, false), entry(0x600000, 1, false),
                 entry(0x700000, 0, true)};
    bare.machine.restore(state);
    Cpu& cpu = bare.machine.cpu();
    cpu.cr4 |= pcide ? cr4::PCIDE : u64{0};
    cpu[Gpr::RCX] = type;
    cpu[Gpr::RBX] = LongMachine::data;
    bare.put64(LongMachine::data, pcid);
    bare.put64(LongMachine::data + 8, address);
    bare.put(LongMachine::code, {0x66, 0x0f, 0x38, 0x82, 0x0b, 0xf4}); // invpcid rcx, [rbx]
    bare.run();
    if (vector != nullptr) {
        *vector = bare.halted_in();
    }
    std::string names;
    for (mmu::TlbEntry const& each : bare.machine.mmu().tlb().list()) {
        u64 const page = each.page.value();
        if (page >= 0x500000 && page <= 0x700000 && each.page_size == page_size_4k) {
            names += each.global ? "g" : page == 0x600000 ? "c" : each.pcid == 1 ? "a" : "b";
        }
    }
    std::ranges::sort(names);
    return names;
}

TEST_CASE("INVPCID drops what its type says") {
    CHECK(stays(0, 1, 0x500000) == "bcg");
    CHECK(stays(0, 1, 0x700000) == "abcg"); // global entries stay
    CHECK(stays(1, 1, 0) == "bg");
    CHECK(stays(2, 0, 0).empty());
    CHECK(stays(3, 0, 0) == "g");
}

TEST_CASE("INVPCID refuses types and descriptors that are none") {
    int vector = -1;
    CHECK(stays(4, 0, 0, &vector) == "abcg");
    CHECK(vector == 13);
    static_cast<void>(stays(0, 0x1001, 0x500000, &vector));
    CHECK(vector == 13);
    static_cast<void>(stays(0, 1, u64{1} << 47U, &vector));
    CHECK(vector == 13);
    static_cast<void>(stays(1, 1, 0, &vector, false));
    CHECK(vector == 13);
    static_cast<void>(stays(3, 1, 0, &vector, false));
    CHECK(vector == -1);
}

// ---- Traps and alignment

TEST_CASE("HLT with TF: the single step wakes the processor") {
    BareMachine bare;
    bare.machine.cpu().rflags |= rflags::TF;
    bare.put(BareMachine::code, {0xf4});
    bare.machine.run_until_insn(10);
    CHECK(bare.halted_in() == 1);
    CHECK(bare.get32(bare.reg(Gpr::RSP)) == BareMachine::code + 1);
}

TEST_CASE("#AC comes in ring 3 alone, with CR0.AM and EFLAGS.AC, before the page is asked") {
    for (unsigned without = 0; without < 4; ++without) {
        BareMachine bare{without == 1 ? Ring::R0 : Ring::R3};
        Cpu& cpu = bare.machine.cpu();
        cpu.cr0 |= without == 2 ? 0 : cr0::AM;
        cpu.rflags |= without == 3 ? 0 : rflags::AC;
        bare.map(BareMachine::data, 0, 0); // not present
        cpu[Gpr::RBX] = BareMachine::data + 2;
        bare.put(BareMachine::code, {0x90, 0x8b, 0x03}); // mov eax, [ebx]
        bare.machine.run_until_insn(10);
        CHECK(bare.halted_in() == (without == 0 ? 17 : 14));
        CHECK(bare.get32(bare.reg(Gpr::RSP)) == (without == 0 ? 0 : without == 1 ? 0 : 4));
    }
}

} // namespace
} // namespace ringside::tests::refusal_test
