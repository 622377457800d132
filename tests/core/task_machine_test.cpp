// Hardware task switches as the machine runs them: JMP, CALL, IRET and task gates (SDM volume 3,
// chapter 8).
#include "core/x86/debug_registers.hpp"
#include "tests/core/both_ways.hpp"

#include <doctest/doctest.h>

namespace ringside::task_machine_test {

namespace {

using tests::BareMachine;
using tests::both_ways;
using tests::Listener;

constexpr u16 other = 0x30;
constexpr u64 other_tss = 0x3800;
constexpr u64 other_code = 0x110000;
constexpr u64 other_stack = 0x320000;

// A second task in ring 0, flat, with paging as the first has it.
void add_task(BareMachine& bare, u32 eflags = 2) {
    bare.put64(BareMachine::gdt + other, 0x0000890000000067 | other_tss << 16U);
    bare.machine.cpu().segments.gdtr.limit = 0x37;
    auto const field = [&](u64 offset, u64 value) {
        bare.put32(other_tss + offset, static_cast<u32>(value));
    };
    field(0x04, BareMachine::kernel_stack);
    field(0x08, BareMachine::kernel_ds);
    field(0x1c, BareMachine::page_directory);
    field(0x20, other_code);
    field(0x24, eflags);
    for (u64 index = 0; index < 8; ++index) {
        field(0x28 + 4 * index, 0x100 + index);
    }
    field(0x38, other_stack);
    for (u64 index = 0; index < 6; ++index) {
        field(0x48 + 4 * index, BareMachine::kernel_ds);
    }
    field(0x4c, BareMachine::kernel_cs);
    bare.put(other_code, {0xf4});
    bare.put32(BareMachine::tss + 0x1c, BareMachine::page_directory);
}

u8 type_of(BareMachine& bare, u16 selector) {
    return static_cast<u8>(bare.get32(BareMachine::gdt + selector + 4) >> 8U & 0xfU);
}

} // namespace

TEST_CASE(
    "JMP to a TSS saves one task, starts the other, sets CR0.TS and clears DR7's local bits") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            add_task(bare);
            bare.machine.cpu().dr[7] = 0x7ff;
            bare.put(BareMachine::code, {0xb8, 0x2a, 0, 0, 0,             // mov eax, 42
                                         0xea, 0, 0, 0, 0, other, 0x00}); // jmp 30h:0
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.machine.cpu().rip == other_code + 1);
            CHECK(bare.reg(Gpr::RAX) == 0x100);
            CHECK(bare.reg(Gpr::RSP) == other_stack);
            CHECK(bare.get32(BareMachine::tss + 0x20) == BareMachine::code + 12);
            CHECK(bare.get32(BareMachine::tss + 0x28) == 42);
            CHECK(type_of(bare, BareMachine::task) == 9);
            CHECK(type_of(bare, other) == 11);
            CHECK((bare.machine.cpu().cr0 & cr0::TS) != 0);
            CHECK(bare.machine.cpu().dr[7] == 0x6aa);
            CHECK(bare.machine.insns() == 3);
            auto const switches = heard.all<trace::TaskSwitch>();
            REQUIRE(switches.size() == 1);
            CHECK(switches[0].from == BareMachine::task);
            CHECK(switches[0].to == other);
            auto const writes = heard.all<trace::CrWrite>();
            REQUIRE(writes.size() == 1); // of an equal CR3, which flushes nothing
            CHECK(writes[0].cr == 3);
            CHECK(heard.all<trace::TlbChange>().empty());
        });
}

TEST_CASE("CALL nests a task and IRET comes back; the nested one is available again, without NT") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            add_task(bare);
            bare.put(BareMachine::code,
                     {0x9a, 0, 0, 0, 0, other, 0x00, 0x90, 0xf4}); // call 30h:0; nop; hlt
            bare.put(other_code, {0x9c, 0x5b, 0xcf});              // pushf; pop ebx; iret
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.machine.cpu().rip == BareMachine::code + 9);
            CHECK(bare.get32(other_tss) == BareMachine::task);
            CHECK(bare.get32(other_tss + 0x34) == (rflags::NT | 2)); // EBX: the nested flags
            CHECK((bare.get32(other_tss + 0x24) & rflags::NT) == 0);
            CHECK(bare.get32(other_tss + 0x20) == other_code + 3);
            CHECK(type_of(bare, BareMachine::task) == 11);
            CHECK(type_of(bare, other) == 9);
            CHECK((bare.machine.cpu().rflags & rflags::NT) == 0);
            CHECK(heard.all<trace::TaskSwitch>().size() == 2);
            CHECK(heard.all<trace::Transfer>().size() == 2);
        });
}

TEST_CASE("a fault through a task gate runs the handler as a task, its error code on its stack") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            add_task(bare);
            bare.put64(BareMachine::idt + 8 * 14, u64{0x85} << 40U | u64{other} << 16U);
            bare.put(BareMachine::code, {0xa1, 0, 0, 0x20, 0}); // mov eax, [200000h]
            bare.map(BareMachine::data, 0, 0);
            bare.put(other_code, {0x58, 0xf4}); // pop eax; hlt
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.reg(Gpr::RAX) == 4);
            CHECK(bare.reg(Gpr::RSP) == other_stack);
            CHECK(bare.get32(BareMachine::tss + 0x20) == BareMachine::code); // restarts there
            CHECK(bare.get32(BareMachine::tss + 0x4c) == BareMachine::user_cs);
            CHECK((bare.machine.cpu().rflags & rflags::NT) != 0);
            CHECK(number(bare.machine.cpu().cpl()) == 0);
            auto const gates = heard.all<trace::Gate>();
            REQUIRE(gates.size() == 1);
            CHECK(gates[0].pushed == std::vector<u64>{4});
            CHECK(gates[0].to.cpl == 0);
        });
}

TEST_CASE("INT n through a task gate goes on behind the INT when the task returns") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            add_task(bare);
            bare.put64(BareMachine::idt + 8 * 0x80, u64{0xe5} << 40U | u64{other} << 16U);
            bare.put(BareMachine::code, {0xcd, 0x80, 0x43, 0x0f, 0x0b}); // int 80h; inc ebx; ud2
            bare.put(other_code, {0xcf});                                // iret
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 6);
            CHECK(bare.reg(Gpr::RBX) == 1);
            CHECK(bare.get32(BareMachine::kernel_stack - 20) == BareMachine::code + 3);
        });
}

TEST_CASE("a task has its own page tables: what it loads is looked up through them") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            // The other directory shows the page of the GDT as the first one does, and 200000h at
            // another frame.
            constexpr u32 directory = 0x20000;
            constexpr u32 table = 0x21000;
            add_task(bare);
            bare.put32(other_tss + 0x1c, directory);
            for (u32 index = 0; index < 4; ++index) {
                bare.put32(directory + 4 * index,
                           static_cast<u32>(BareMachine::page_tables + 4096 * index) | 7U);
            }
            bare.put32(directory, table | 7U);
            for (u32 page = 0; page < 1024; ++page) {
                bare.put32(table + 4 * page, page << 12U | 7U);
            }
            bare.put32(table + 4 * 0x200, 0x201000 | 7U);
            bare.put32(BareMachine::data, 10);
            bare.put32(0x201000, 20);
            bare.put(BareMachine::code, {0xa1, 0, 0, 0x20, 0, 0xea, 0, 0, 0, 0, other, 0x00});
            bare.put(other_code, {0x8b, 0x1d, 0, 0, 0x20, 0, 0xf4}); // mov ebx, [200000h]; hlt
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.get32(BareMachine::tss + 0x28) == 10);
            CHECK(bare.reg(Gpr::RBX) == 20);
            CHECK(bare.machine.cpu().cr3 == 0x20000);
            auto const writes = heard.all<trace::CrWrite>();
            REQUIRE(writes.size() == 1);
            CHECK(writes[0].new_value == 0x20000);
            CHECK(heard.all<trace::TlbChange>().size() == 1);
        });
}

TEST_CASE("what the new TSS names wrongly is a fault of the new task, at its first instruction") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            add_task(bare);
            bare.put32(other_tss + 0x54, 0x1238); // DS beyond the GDT
            bare.put(BareMachine::code, {0xea, 0, 0, 0, 0, other, 0x00});
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 10); // #TS
            CHECK(bare.machine.cpu().segments.tr.selector.raw == other);
            CHECK(bare.get32(other_stack - 4 * 4) == 0x1238);     // the error code
            CHECK(bare.get32(other_stack - 3 * 4) == other_code); // EIP
            CHECK(bare.get32(BareMachine::tss + 0x20) == BareMachine::code + 7);
            CHECK(heard.all<trace::Exception>().size() == 1);
            CHECK(bare.machine.insns() == 2); // jmp, hlt
        });
}

TEST_CASE("a busy TSS is refused before anything changes") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            add_task(bare);
            bare.put(BareMachine::code, {0xea, 0, 0, 0, 0, BareMachine::task, 0x00});
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 13);
            CHECK(bare.get32(BareMachine::stack - 4 * 4) == BareMachine::task);
            CHECK(bare.get32(BareMachine::stack - 3 * 4) == BareMachine::code);
            CHECK(bare.machine.cpu().segments.tr.selector.raw == BareMachine::task);
        });
}

TEST_CASE("T in the TSS is a debug trap before the task's first instruction, with DR6.BT") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            add_task(bare);
            bare.put32(other_tss + 0x64, 1);
            bare.put(BareMachine::code, {0xea, 0, 0, 0, 0, other, 0x00});
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 1);
            CHECK((bare.machine.cpu().dr[6] & dr6::BT) != 0);
            CHECK(bare.get32(other_stack - 3 * 4) == other_code);
        });
}

TEST_CASE("a task can be a virtual-8086 one, and come back by a fault") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            add_task(bare, static_cast<u32>(rflags::VM | rflags::Fixed1));
            bare.put32(other_tss + 0x20, 0x10);
            for (u64 index = 0; index < 6; ++index) {
                bare.put32(other_tss + 0x48 + 4 * index, 0x5000 + 0x100 * static_cast<u32>(index));
            }
            bare.put32(other_tss + 0x38, 0x200);
            // 5100:0010: mov ax, 1234h; push ax; mov [0], ax; cli
            bare.put(0x51010, {0xb8, 0x34, 0x12, 0x50, 0xa3, 0, 0, 0xfa});
            bare.put(BareMachine::code, {0xea, 0, 0, 0, 0, other, 0x00});
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 13); // CLI with IOPL 0
            CHECK(bare.get32(0x52000 + 0x1fe) % 0x10000 == 0x1234);
            CHECK(bare.get32(0x53000) % 0x10000 == 0x1234);
            u64 const frame = BareMachine::kernel_stack;
            CHECK(bare.get32(frame - 4) == 0x5500);            // GS
            CHECK(bare.get32(frame - 16) == 0x5000);           // ES
            CHECK(bare.get32(frame - 20) == 0x5200);           // SS
            CHECK(bare.get32(frame - 24) == 0x1fe);            // SP
            CHECK((bare.get32(frame - 28) & rflags::VM) != 0); // flags
            CHECK(bare.get32(frame - 32) == 0x5100);           // CS
            CHECK(bare.get32(frame - 36) == 0x17);             // IP
            CHECK(bare.get32(frame - 40) == 0);                // the error code
        });
}

} // namespace ringside::task_machine_test
