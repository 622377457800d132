// SYSCALL, SYSENTER and their returns with the segments they make up; SWAPGS.
#include "tests/core/bare_machine.hpp"
#include "tests/core/long_machine.hpp"

#include <doctest/doctest.h>

namespace ringside::tests::fast_call_test {
namespace {

using enum seg::SegmentName;

void check_segment(seg::SegmentRegister const& segment, u16 selector, u64 descriptor) {
    CHECK(segment.selector.raw == selector);
    CHECK(segment.descriptor.raw == descriptor);
    CHECK(segment.base == 0);
    CHECK(segment.limit == 0xffffffff);
    CHECK(segment.usable);
}

constexpr u64 dpl3 = u64{3} << 45U;
constexpr u64 code32 = 0x00cf9b000000ffff;
constexpr u64 code64 = 0x00af9b000000ffff;
constexpr u64 flat_data = 0x00cf93000000ffff;

TEST_CASE("SYSCALL and SYSRET: registers, flags and segments, whatever the tables say") {
    LongMachine bare{Ring::R3};
    Cpu& cpu = bare.machine.cpu();
    cpu.star = u64{0x73} << 48U | u64{0x82} << 32U; // the RPL of either is ignored
    cpu.lstar = LongMachine::code + 0x100;
    cpu.fmask = rflags::IF | rflags::DF | rflags::CF;
    cpu.rflags = rflags::Fixed1 | rflags::IF | rflags::CF | rflags::ZF;
    bare.put(LongMachine::code, {0x0f, 0x05});
    bare.put(LongMachine::code + 0x100, {0x48, 0x0f, 0x07});
    bare.machine.run_until_insn(1);
    CHECK(cpu.rip == LongMachine::code + 0x100);
    CHECK(cpu[Gpr::RCX] == LongMachine::code + 2);
    CHECK(cpu[Gpr::R11] == (rflags::Fixed1 | rflags::IF | rflags::CF | rflags::ZF));
    CHECK(cpu.rflags == (rflags::Fixed1 | rflags::ZF));
    CHECK(cpu[Gpr::RSP] == LongMachine::stack);
    CHECK(cpu.cpl() == Ring::R0);
    check_segment(cpu.segments[CS], 0x80, code64);
    check_segment(cpu.segments[SS], 0x88, flat_data); // 0x82 + 8, RPL 0

    SUBCASE("SYSRET with REX.W: 64-bit code") {
        cpu[Gpr::R11] |= rflags::RF | rflags::VM | rflags::AC;
        bare.machine.run_until_insn(2);
        CHECK(cpu.rip == LongMachine::code + 2);
        CHECK(cpu.rflags == (rflags::Fixed1 | rflags::IF | rflags::CF | rflags::ZF | rflags::AC));
        CHECK(cpu.cpl() == Ring::R3);
        check_segment(cpu.segments[CS], 0x83, code64 | dpl3);
        check_segment(cpu.segments[SS], 0x7b, flat_data | dpl3);
    }
    SUBCASE("SYSRET without: compatibility code") {
        bare.put(LongMachine::code + 0x100, {0x0f, 0x07});
        cpu[Gpr::RCX] |= u64{1} << 40U;
        bare.machine.run_until_insn(2);
        CHECK(cpu.rip == LongMachine::code + 2);
        check_segment(cpu.segments[CS], 0x73, code32 | dpl3);
        check_segment(cpu.segments[SS], 0x7b, flat_data | dpl3);
    }
    SUBCASE("SYSRET to an address that is not canonical: #GP while still in ring 0") {
        cpu[Gpr::RCX] = u64{1} << 47U;
        bare.run();
        CHECK(bare.halted_in() == 13);
        CHECK(bare.pushed(1) == LongMachine::code + 0x100);
        CHECK(bare.pushed(2) == 0x80);
        CHECK(bare.pushed(4) == LongMachine::stack); // the program's stack: the danger of it
    }
}

TEST_CASE("SYSCALL and SYSRET: refused without SCE and outside of 64-bit code") {
    for (u8 const opcode : {u8{0x05}, u8{0x07}}) {
        LongMachine bare;
        bare.machine.cpu().efer &= ~efer::SCE;
        bare.put(LongMachine::code, {0x0f, opcode});
        bare.run();
        CHECK(bare.halted_in() == 6);
        LongMachine compat;
        compat.enter(Ring::R0, LongMachine::compat_cs);
        compat.put(LongMachine::code, {0x0f, opcode});
        compat.run();
        CHECK(compat.halted_in() == 6);
    }
    LongMachine user{Ring::R3};
    user.put(LongMachine::code, {0x48, 0x0f, 0x07});
    user.run();
    CHECK(user.halted_in() == 13);
}

TEST_CASE("SYSENTER and SYSEXIT in protected mode") {
    BareMachine bare{Ring::R3};
    Cpu& cpu = bare.machine.cpu();
    cpu.sysenter_cs = 0x83; // the RPL is ignored
    cpu.sysenter_eip = BareMachine::code + 0x100;
    cpu.sysenter_esp = BareMachine::kernel_stack;
    cpu.rflags |= rflags::IF | rflags::CF;
    bare.put(BareMachine::code, {0x0f, 0x34});
    bare.put(BareMachine::code + 0x100, {0x0f, 0x35});
    bare.machine.run_until_insn(1);
    CHECK(cpu.rip == BareMachine::code + 0x100);
    CHECK(cpu[Gpr::RSP] == BareMachine::kernel_stack);
    CHECK(cpu.rflags == (rflags::Fixed1 | rflags::CF));
    CHECK(cpu.cpl() == Ring::R0);
    check_segment(cpu.segments[CS], 0x80, code32);
    check_segment(cpu.segments[SS], 0x88, flat_data);
    cpu[Gpr::RDX] = BareMachine::code + 0x200;
    cpu[Gpr::RCX] = BareMachine::stack;
    bare.machine.run_until_insn(2);
    CHECK(cpu.rip == BareMachine::code + 0x200);
    CHECK(cpu[Gpr::RSP] == BareMachine::stack);
    CHECK(cpu.cpl() == Ring::R3);
    check_segment(cpu.segments[CS], 0x93, code32 | dpl3);
    check_segment(cpu.segments[SS], 0x9b, flat_data | dpl3);
}

TEST_CASE("the story calls each of the four by its name") {
    BareMachine bare{Ring::R3};
    Cpu& cpu = bare.machine.cpu();
    cpu.sysenter_cs = 0x80;
    cpu.sysenter_eip = BareMachine::code + 0x100;
    cpu.sysenter_esp = BareMachine::kernel_stack;
    cpu[Gpr::RDX] = BareMachine::code + 0x200;
    cpu[Gpr::RCX] = BareMachine::stack;
    bare.put(BareMachine::code, {0x0f, 0x34});
    bare.put(BareMachine::code + 0x100, {0x0f, 0x35});
    Listener heard;
    bare.machine.set_sink(&heard);
    bare.machine.run_until_insn(2);

    LongMachine wide{Ring::R3};
    wide.machine.cpu().star = u64{0x73} << 48U | u64{0x80} << 32U;
    wide.machine.cpu().lstar = LongMachine::code + 0x100;
    wide.put(LongMachine::code, {0x0f, 0x05});
    wide.put(LongMachine::code + 0x100, {0x48, 0x0f, 0x07});
    wide.machine.set_sink(&heard);
    wide.machine.run_until_insn(2);

    std::vector<std::string> names;
    for (trace::Transfer const& transfer : heard.all<trace::Transfer>()) {
        names.emplace_back(mnemonic(transfer));
    }
    CHECK(names == std::vector<std::string>{"SYSENTER", "SYSEXIT", "SYSCALL", "SYSRET"});
}

TEST_CASE("SYSENTER and SYSEXIT in IA-32e mode") {
    LongMachine bare{Ring::R3};
    bare.enter(Ring::R3, LongMachine::user_cs32);
    Cpu& cpu = bare.machine.cpu();
    cpu.sysenter_cs = 0x80;
    cpu.sysenter_eip = 0xffff'8000'0000'0000;
    cpu.sysenter_esp = 0xffff'8000'0000'0800;
    bare.map(0xffff'8000'0000'0000, LongMachine::data);
    bare.put(LongMachine::code, {0x0f, 0x34});
    bare.put(LongMachine::data, {0x48, 0x0f, 0x35});
    bare.machine.run_until_insn(1);
    CHECK(cpu.rip == 0xffff'8000'0000'0000);
    CHECK(cpu[Gpr::RSP] == 0xffff'8000'0000'0800);
    check_segment(cpu.segments[CS], 0x80, code64);
    check_segment(cpu.segments[SS], 0x88, flat_data);
    cpu[Gpr::RDX] = 0x7fff'ffff'0000;
    cpu[Gpr::RCX] = 0x7fff'ffff'8000;
    SUBCASE("to 64-bit code") {
        bare.machine.run_until_insn(2);
        CHECK(cpu.rip == 0x7fff'ffff'0000);
        check_segment(cpu.segments[CS], 0xa3, code64 | dpl3);
        check_segment(cpu.segments[SS], 0xab, flat_data | dpl3);
    }
    SUBCASE("with a stack that is not canonical") {
        cpu[Gpr::RCX] = u64{1} << 47U;
        bare.run();
        CHECK(bare.halted_in() == 13);
    }
}

TEST_CASE("SYSENTER and SYSEXIT: refused with a null selector, and in ring 3") {
    for (u8 const opcode : {u8{0x34}, u8{0x35}}) {
        BareMachine bare;
        bare.machine.cpu().sysenter_cs = 3;
        bare.put(BareMachine::code, {0x0f, opcode});
        bare.machine.run_until_insn(10);
        CHECK(bare.halted_in() == 13);
    }
    BareMachine user{Ring::R3};
    user.machine.cpu().sysenter_cs = 0x80;
    user.put(BareMachine::code, {0x0f, 0x35});
    user.machine.run_until_insn(10);
    CHECK(user.halted_in() == 13);
}

TEST_CASE("SWAPGS exchanges the base with its MSR, in ring 0 of 64-bit code") {
    LongMachine bare;
    bare.machine.cpu().kernel_gs_base = 0x1234;
    bare.machine.cpu().segments[GS].base = LongMachine::data;
    bare.put(LongMachine::code, {0x0f, 0x01, 0xf8, 0xf4});
    bare.run();
    CHECK(bare.machine.cpu().kernel_gs_base == LongMachine::data);
    CHECK(bare.machine.cpu().segments[GS].base == 0x1234);
    LongMachine user{Ring::R3};
    user.put(LongMachine::code, {0x0f, 0x01, 0xf8});
    user.run();
    CHECK(user.halted_in() == 13);
}

} // namespace
} // namespace ringside::tests::fast_call_test
