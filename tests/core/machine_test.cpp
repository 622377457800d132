// The machine on code put into memory by hand: exceptions, translations, changing code, what the
// engine must hand over.
#include "tests/core/both_ways.hpp"

#include <doctest/doctest.h>

namespace ringside::machine_test {

using tests::BareMachine;
using tests::both_ways;
using tests::Listener;

TEST_CASE("int 0x80 from ring 3 switches to the stack of the TSS and pushes five words") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            bare.put(BareMachine::code, {0xb8, 0x2a, 0, 0, 0, 0xcd, 0x80}); // mov eax, 42; int 80h
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 0x80);
            CHECK(bare.reg(Gpr::RAX) == 42);
            CHECK(bare.reg(Gpr::RSP) == BareMachine::kernel_stack - 20);
            CHECK(bare.get32(BareMachine::kernel_stack - 4) == BareMachine::user_ds);
            CHECK(bare.get32(BareMachine::kernel_stack - 8) == BareMachine::stack);
            CHECK(bare.get32(BareMachine::kernel_stack - 16) == BareMachine::user_cs);
            CHECK(bare.get32(BareMachine::kernel_stack - 20) == BareMachine::code + 7);
            CHECK(bare.machine.insns() == 3); // mov, int, hlt
            auto const gates = heard.all<trace::Gate>();
            REQUIRE(gates.size() == 1);
            CHECK(gates[0].source == trace::GateSource::Int);
            CHECK(gates[0].from.ip == BareMachine::code + 5);
            CHECK(gates[0].stack_switched);
        });
}

TEST_CASE("int n through a gate of DPL 0 is #GP with the gate's error code, at the int") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            bare.put(BareMachine::code, {0x90, 0xcd, 0x21});
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 13);
            CHECK(bare.get32(BareMachine::kernel_stack - 24) == 0x21 * 8 + 2);
            CHECK(bare.get32(BareMachine::kernel_stack - 20) == BareMachine::code + 1);
            CHECK(bare.machine.insns() == 2); // nop, hlt
            CHECK(heard.all<trace::Exception>().size() == 1);
        });
}

TEST_CASE("a read-modify-write of an absent page faults with W, though it reads first") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            bare.put(BareMachine::code, {0xff, 0x05, 0, 0, 0x20, 0}); // inc dword [200000h]
            bare.map(BareMachine::data, 0, 0);
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 14);
            CHECK(bare.machine.cpu().cr2 == BareMachine::data);
            auto const faults = heard.all<trace::PageFault>();
            REQUIRE(faults.size() == 1);
            CHECK(faults[0].err == 6); // U W
        });
}

TEST_CASE("a store to a clean page walks once more, sets D, and then goes without asking") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            // mov eax, [200000h]; mov [200000h], eax; mov [200004h], eax; hlt
            bare.put(BareMachine::code,
                     {0xa1, 0, 0, 0x20, 0, 0xa3, 0, 0, 0x20, 0, 0xa3, 4, 0, 0x20, 0, 0xf4});
        },
        [](BareMachine& bare, Listener& heard) {
            auto const walks = heard.all<trace::Walk>();
            REQUIRE(walks.size() == 3); // fetch, read, write
            CHECK(walks[1].walk->access.type == mmu::AccessType::Read);
            CHECK(walks[2].walk->access.type == mmu::AccessType::Write);
            CHECK((bare.get32(BareMachine::page_tables + 4 * 0x200) & 0x60) == 0x60);
        });
}

TEST_CASE(
    "a missing invlpg is a real bug: the old frame is still seen until the entry is dropped") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            bare.put32(BareMachine::data, 111);
            bare.put32(0x201000, 222);
            // mov eax, [200000h]
            // mov dword [10800h], 201003h   ; the PTE of 200000h
            // mov ebx, [200000h]            ; stale
            // invlpg [200000h]
            // mov ecx, [200000h]
            // hlt
            bare.put(BareMachine::code,
                     {0xa1, 0,    0,    0x20, 0,    0xc7, 0x05, 0x00, 0x08, 0x01, 0,    0x03,
                      0x10, 0x20, 0,    0x8b, 0x1d, 0,    0,    0x20, 0,    0x0f, 0x01, 0x3d,
                      0,    0,    0x20, 0,    0x8b, 0x0d, 0,    0,    0x20, 0,    0xf4});
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.reg(Gpr::RAX) == 111);
            CHECK(bare.reg(Gpr::RBX) == 111);
            CHECK(bare.reg(Gpr::RCX) == 222);
            auto const changes = heard.all<trace::TlbChange>();
            REQUIRE(changes.size() == 1);
            CHECK(changes[0].op == trace::TlbOp::Invlpg);
            CHECK(changes[0].count == 1);
        });
}

TEST_CASE("the model executes what the engine fetched, though the tables name other code by now") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            // twice: call 400000h; and in between [10c00h] := 402003h, without INVLPG
            bare.map(0x400000, 0x401000, BareMachine::P | BareMachine::W);
            bare.put(BareMachine::code,
                     {0xe8, 0xfb, 0xff, 0x2f, 0,    0xc7, 0x05, 0x00, 0x10, 0x01, 0,
                      0x03, 0x20, 0x40, 0,    0xe8, 0xec, 0xff, 0x2f, 0,    0xf4});
            bare.put(0x401000, {0x9c, 0x5b, 0x43, 0xc3}); // pushf; pop ebx; inc ebx; ret
            bare.put(0x402000, {0x0f, 0x00, 0xc8, 0xc3}); // str eax; ret
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == -1);
            CHECK((bare.reg(Gpr::RBX) & 3) == 3); // bit 1 of EFLAGS, and one more
            CHECK(bare.reg(Gpr::RAX) == 0);
        });
}

TEST_CASE("code that changes itself, ahead in the same block, runs as changed") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            // mov byte [100008h], 42; mov al, 0 -> mov al, 42; hlt
            bare.put(BareMachine::code, {0xc6, 0x05, 0x08, 0x00, 0x10, 0x00, 42, 0xb0, 0, 0xf4});
        },
        [](BareMachine& bare, Listener&) { CHECK((bare.reg(Gpr::RAX) & 0xff) == 42); });
}

TEST_CASE("code changed through another linear page runs as changed") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            bare.map(0x400000, BareMachine::code + 0x1000, BareMachine::P | BareMachine::W);
            // call 101000h (mov al, 1; ret); mov bl, al; mov byte [400001h], 2; call 101000h; hlt
            bare.put(BareMachine::code, {0xe8, 0xfb, 0x0f, 0, 0,    0x88, 0xc3, 0xc6, 0x05, 1,
                                         0,    0x40, 0,    2, 0xe8, 0xed, 0x0f, 0,    0,    0xf4});
            bare.put(BareMachine::code + 0x1000, {0xb0, 1, 0xc3});
        },
        [](BareMachine& bare, Listener&) {
            CHECK((bare.reg(Gpr::RBX) & 0xff) == 1);
            CHECK((bare.reg(Gpr::RAX) & 0xff) == 2);
        });
}

TEST_CASE("an instruction that crosses into an absent page faults there, after all before it") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            // ...ffeh: mov eax, imm32 over the page end, after two increments of ebx
            bare.put(BareMachine::code + 0xffc, {0x43, 0x43, 0xb8, 1});
            bare.map(BareMachine::code + 0x1000, 0, 0);
            bare.machine.cpu().rip = BareMachine::code + 0xffc;
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 14);
            CHECK(bare.reg(Gpr::RBX) == 2);
            CHECK(bare.machine.cpu().cr2 == BareMachine::code + 0x1000);
            CHECK(bare.get32(BareMachine::kernel_stack - 20) == BareMachine::code + 0xffe);
        });
}

TEST_CASE(
    "rep movsb counts once, stops at a fault with the elements before it moved, and goes on") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            for (u32 i = 0; i < 32; i += 4) {
                bare.put32(BareMachine::data + i, 0x01010101 * (i + 1));
            }
            // mov esi, 200000h; mov edi, 200ff8h; mov ecx, 16; rep movsb
            bare.put(BareMachine::code, {0xbe, 0, 0, 0x20, 0, 0xbf, 0xf8, 0x0f, 0x20, 0, 0xb9, 16,
                                         0, 0, 0, 0xf3, 0xa4, 0xcd, 0x80});
            bare.map(BareMachine::data + 0x1000, 0, 0);
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 14);
            CHECK(bare.reg(Gpr::RCX) == 8);
            CHECK(bare.reg(Gpr::RSI) == BareMachine::data + 8);
            CHECK(bare.reg(Gpr::RDI) == BareMachine::data + 0x1000);
            CHECK(bare.machine.insns() == 4); // three movs and hlt: the rep did not retire
        });
}

TEST_CASE(
    "a fault while #GP is delivered is a double fault, one while #DF is delivered a shutdown") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            bare.put(BareMachine::code, {0xfa}); // cli: #GP
            bare.put64(BareMachine::idt + 8 * 13, 0);
        },
        [](BareMachine& bare, Listener&) { CHECK(bare.halted_in() == 8); });
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            bare.put(BareMachine::code, {0xfa});
            bare.put64(BareMachine::idt + 8 * 13, 0);
            bare.put64(BareMachine::idt + 8 * 8, 0);
        },
        [](BareMachine& bare, Listener& heard) {
            REQUIRE(bare.machine.end());
            CHECK(bare.machine.end()->kind == EndKind::Shutdown);
            CHECK(heard.all<trace::Shutdown>().size() == 1);
        });
}

TEST_CASE("a segment's limit is checked on every access, at its last byte") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            bare.put64(BareMachine::gdt + 0x20, 0x0040f3200000000f); // base 200000h, limit 0fh
            // mov ax, 20h (DPL 3 from ring 0: allowed); mov ds, ax; mov eax, [0ch]; mov eax, [0dh]
            bare.put(BareMachine::code,
                     {0x66, 0xb8, 0x20, 0, 0x8e, 0xd8, 0xa1, 0x0c, 0, 0, 0, 0xa1, 0x0d, 0, 0, 0});
            bare.put32(BareMachine::data + 12, 77);
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 13);
            CHECK(bare.reg(Gpr::RAX) == 77);
            CHECK(bare.get32(bare.reg(Gpr::RSP) + 4) == BareMachine::code + 11);
            auto const refused = heard.all<trace::SegFault>();
            REQUIRE(refused.size() == 1);
            CHECK(refused[0].offset == 13);
        });
}

TEST_CASE("a run that ends before a new page has not fetched from it") {
    BareMachine bare{Ring::R0};
    bare.put(BareMachine::code, {0xe9, 0xfb, 0x0f, 0, 0}); // jmp 101000h
    bare.put(BareMachine::code + 0x1000, {0xf4});
    bare.machine.run_until_insn(1);
    CHECK(bare.machine.cpu().rip == BareMachine::code + 0x1000);
    CHECK(bare.machine.mmu().tlb().size() == 1);
}

TEST_CASE("the trap flag traps after each instruction") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            bare.machine.cpu().rflags |= rflags::TF;
            bare.put(BareMachine::code, {0x43, 0x43, 0xf4});
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 1);
            CHECK(bare.reg(Gpr::RBX) == 1);
            CHECK((bare.machine.cpu().dr[6] & 0x4000) != 0);
        });
}

TEST_CASE(
    "divide errors, undefined opcodes and privileged instructions arrive with their vectors") {
    struct Case {
        std::initializer_list<u8> code;
        int vector;
    };
    for (Case const& one : {Case{{0x31, 0xc9, 0xf7, 0xf1}, 0}, Case{{0x0f, 0x0b}, 6},
                            Case{{0x0f, 0x20, 0xc0}, 13}, Case{{0xf4}, 13}, Case{{0xcc}, 13},
                            Case{{0xe4, 0x60}, 13}, Case{{0x0f, 0x01, 0x38}, 13}}) {
        BareMachine bare{Ring::R3};
        bare.put(BareMachine::code, one.code);
        bare.machine.run_until_insn(100);
        CAPTURE(one.vector);
        CHECK(bare.halted_in() == one.vector);
    }
}

TEST_CASE("instructions over which the translator gives up are #UD like others") {
    using Bytes = std::initializer_list<u8>;
    for (Bytes const& bytes :
         {Bytes{0xff, 0xd8}, Bytes{0xff, 0xe8}, Bytes{0xf0, 0x39, 0x01}, Bytes{0xf0, 0xa6}}) {
        Listener heard;
        BareMachine bare{Ring::R3};
        bare.machine.set_sink(&heard);
        bare.put(BareMachine::code, {0x43, 0xeb, 0x0d}); // inc ebx; jmp to 100010h
        bare.put(BareMachine::code + 0x10, {0x43, 0x43});
        bare.put(BareMachine::code + 0x12, bytes);
        // #UD: the handler skips nothing and returns, twice; the third time it halts.
        bare.set_gate(6, 0xc000, 0);
        // inc ecx; cmp ecx, 3; je +1; iret; hlt
        bare.put(0xc000, {0x41, 0x83, 0xf9, 0x03, 0x74, 0x01, 0xcf, 0xf4});
        bare.machine.run_until_tick(10'000);
        REQUIRE(bare.machine.end());
        CHECK(bare.reg(Gpr::RBX) == 3);
        CHECK(bare.reg(Gpr::RCX) == 3);
        CHECK(heard.all<trace::Exception>().size() == 3);
        CHECK(bare.get32(BareMachine::kernel_stack - 20) == BareMachine::code + 0x12);
    }
}

TEST_CASE("a store where no memory is goes nowhere, and a load there reads ones") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            bare.map(0x500000, 0x8000000, BareMachine::P | BareMachine::W); // beyond 16 MiB of RAM
            // mov dword [500000h], 0; mov eax, [500000h]; hlt
            bare.put(BareMachine::code,
                     {0xc7, 0x05, 0, 0, 0x50, 0, 0, 0, 0, 0, 0xa1, 0, 0, 0x50, 0, 0xf4});
        },
        [](BareMachine& bare, Listener&) { CHECK(bare.reg(Gpr::RAX) == 0xffffffff); });
}

TEST_CASE("two classes see different frames at the same page, and a switch shows the right one") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            // Another directory for the kernel: 200000h shows 201000h there.
            constexpr u32 other_directory = 0x20000;
            constexpr u32 other_table = 0x21000;
            for (u64 table = 0; table < 4; ++table) {
                bare.put32(other_directory + 4 * table,
                           static_cast<u32>(BareMachine::page_tables + 4096 * table) | 7U);
            }
            bare.put32(other_directory, other_table | 7U);
            for (u32 page = 0; page < 1024; ++page) {
                bare.put32(other_table + 4 * page, page << 12U | 7U);
            }
            bare.put32(other_table + 4 * 0x200, 0x201000 | 7U);
            bare.put32(BareMachine::data, 10);
            bare.put32(0x201000, 20);
            // user: mov ecx, 3; l: mov eax, [200000h]; add ebx, eax; int 80h; loop l; int 80h
            bare.put(BareMachine::code, {0xb9, 3, 0, 0, 0, 0xa1, 0, 0, 0x20, 0, 0x01, 0xc3, 0xcd,
                                         0x80, 0xe2, 0xf5, 0x0f, 0x0b});
            // int 80h: mov eax, cr3; mov edx, eax; mov eax, 20000h; mov cr3, eax;
            //          add esi, [200000h]; mov cr3, edx; iret
            bare.set_gate(0x80, 0xc000, 3);
            bare.put(0xc000, {0x0f, 0x20, 0xd8, 0x89, 0xc2, 0xb8, 0, 0,    0x02, 0,    0x0f, 0x22,
                              0xd8, 0x03, 0x35, 0,    0,    0x20, 0, 0x0f, 0x22, 0xda, 0xcf});
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 6);
            CHECK(bare.reg(Gpr::RBX) == 30);
            CHECK(bare.reg(Gpr::RSI) == 60);
            CHECK(heard.all<trace::CrWrite>().size() == 6);
        });
}

} // namespace ringside::machine_test
