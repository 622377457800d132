// Breakpoints by the debug registers, as the machine runs them (SDM volume 3, chapter 18).
#include "core/x86/debug_registers.hpp"
#include "tests/core/both_ways.hpp"

#include <doctest/doctest.h>

namespace ringside::debug_machine_test {

namespace {

using tests::BareMachine;
using tests::both_ways;
using tests::Listener;

constexpr u64 on_write = 1;
constexpr u64 on_access = 3;

void arm(BareMachine& bare, unsigned slot, u64 address, u64 condition, u64 length) {
    Cpu& cpu = bare.machine.cpu();
    cpu.dr.at(slot) = address;
    cpu.dr[7] |= u64{1} << (2 * slot) | condition << (16 + 4 * slot) | length << (18 + 4 * slot);
}

u64 dr6_of(BareMachine& bare) {
    return bare.machine.cpu().dr[6] & dr6::Writable;
}

} // namespace

TEST_CASE("a write breakpoint traps after the instruction, also when the value stays the same") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            arm(bare, 1, BareMachine::data + 4, on_write, 3);
            // mov eax, [200004h]; mov [200000h], eax; mov byte [200006h], 0; nop
            bare.put(BareMachine::code, {0xa1, 4, 0, 0x20, 0, 0xa3, 0, 0, 0x20, 0, 0xc6, 0x05, 6, 0,
                                         0x20, 0, 0, 0x90});
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 1);
            CHECK(dr6_of(bare) == 2);
            CHECK(bare.get32(BareMachine::kernel_stack - 20) == BareMachine::code + 17);
            auto const hits = heard.all<trace::DebugHit>();
            REQUIRE(hits.size() == 1);
            CHECK(hits[0].slot == 1);
            CHECK(hits[0].lin == BareMachine::data + 4);
        });
}

TEST_CASE("a read meets an access breakpoint, and a push does") {
    for (std::initializer_list<u8> const code :
         {std::initializer_list<u8>{0xa1, 0, 0, 0x20, 0, 0x90},
          std::initializer_list<u8>{0x50, 0x90}}) {
        BareMachine bare{Ring::R0};
        arm(bare, 0, code.size() == 2 ? BareMachine::stack - 4 : BareMachine::data, on_access, 3);
        bare.put(BareMachine::code, code);
        bare.machine.run_until_tick(100);
        CHECK(bare.halted_in() == 1);
        CHECK(dr6_of(bare) == 1);
    }
}

TEST_CASE("an instruction breakpoint faults before the instruction, and RF passes it once") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            arm(bare, 0, BareMachine::code + 1, 0, 0);
            // inc ebx; inc ecx; int 80h. The handler of #DB sets RF in the image and returns.
            bare.put(BareMachine::code, {0x43, 0x41, 0xcd, 0x80});
            bare.set_gate(1, 0xc000, 0);
            bare.put(0xc000, {0x46, 0x81, 0x4c, 0x24, 8, 0, 0, 1, 0, 0xcf}); // inc esi; or; iret
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 0x80);
            CHECK(bare.reg(Gpr::RBX) == 1);
            CHECK(bare.reg(Gpr::RCX) == 0x1);
            CHECK(bare.reg(Gpr::RSI) == 1);
        });
}

TEST_CASE("a repeated store stops after the element that hit, with RF in the image") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            arm(bare, 0, BareMachine::data + 2, on_write, 0);
            // mov edi, 200000h; mov ecx, 8; rep stosb
            bare.put(BareMachine::code,
                     {0xbf, 0, 0, 0x20, 0, 0xb9, 8, 0, 0, 0, 0xf3, 0xaa, 0xcd, 0x80});
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 1);
            CHECK(bare.reg(Gpr::RCX) == 5);
            CHECK(bare.get32(BareMachine::kernel_stack - 20) == BareMachine::code + 10);
            CHECK((bare.get32(BareMachine::kernel_stack - 12) & rflags::RF) != 0);
        });
}

TEST_CASE("a page fault of the same instruction wins over its breakpoint") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            arm(bare, 0, BareMachine::data, on_write, 3);
            bare.map(BareMachine::data, 0, 0);
            bare.put(BareMachine::code, {0xa3, 0, 0, 0x20, 0}); // mov [200000h], eax
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 14);
            CHECK(dr6_of(bare) == 0);
            CHECK(heard.all<trace::DebugHit>().empty());
        });
}

TEST_CASE("a hit of MOV SS waits for the instruction behind it") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            arm(bare, 0, BareMachine::data, on_access, 1);
            bare.put32(BareMachine::data, BareMachine::kernel_ds);
            bare.put(BareMachine::code, {0x8e, 0x15, 0, 0, 0x20, 0, 0x43, 0x43}); // mov ss, [..]
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 1);
            CHECK(bare.reg(Gpr::RBX) == 1);
        });
}

TEST_CASE("DR7.GD guards the debug registers, and the handler is free of it") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            bare.machine.cpu().dr[7] |= dr7::GD;
            bare.put(BareMachine::code, {0x0f, 0x21, 0xc0}); // mov eax, dr0
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 1);
            CHECK(dr6_of(bare) == dr6::BD);
            CHECK((bare.machine.cpu().dr[7] & dr7::GD) == 0);
            CHECK(bare.get32(BareMachine::stack - 12) == BareMachine::code);
        });
}

TEST_CASE("a port breakpoint traps after OUT while CR4.DE") {
    for (bool const de : {true, false}) {
        BareMachine bare{Ring::R0};
        bare.machine.cpu().cr4 |= de ? cr4::DE : 0;
        arm(bare, 2, 0x99, 2, 0);
        bare.put(BareMachine::code, {0xe6, 0x99, 0x43, 0xf4}); // out 99h, al; inc ebx; hlt
        bare.machine.run_until_tick(100);
        CHECK((bare.halted_in() == 1) == de);
        CHECK(bare.reg(Gpr::RBX) == (de ? 0 : 1));
    }
}

} // namespace ringside::debug_machine_test
