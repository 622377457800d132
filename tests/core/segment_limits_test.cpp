// Segments that are not flat, run freely: the engine checks no limit, and yet none is overstepped.
#include "tests/core/segmented_machine.hpp"

namespace ringside::segment_limits_test {

using tests::BareMachine;
using tests::both_ways;
using tests::fault_count;
using tests::Listener;
using tests::set_up_segments;
using tests::Slots;
using tests::user_data;

TEST_CASE("limits: an offset beyond DS that meets the user's page is refused, though FS has just "
          "used that page") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            set_up_segments(bare);
            bare.put32(BareMachine::data, 0x11223344);
            Slots{bare}
                .access(0x64, {0xa1}, 0x00200000)       // mov eax, fs:[200000h]
                .access(0, {0x8b, 0x1d}, 0x40200000)    // mov ebx, [40200000h]: the same linear
                .access(0x64, {0x8b, 0x0d}, 0x00200000) // mov ecx, fs:[200000h]
                .end();
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.reg(Gpr::RAX) == 0x11223344);
            CHECK(bare.reg(Gpr::RBX) == 0);
            CHECK(bare.reg(Gpr::RCX) == 0x11223344);
            CHECK(fault_count(bare) == 1);
            auto const refused = heard.all<trace::SegFault>();
            REQUIRE(refused.size() == 1);
            CHECK(refused[0].offset == 0x40200000);
            CHECK(refused[0].vec == 13);
        });
}

TEST_CASE("limits: an offset beyond FS that meets a page of the kernel is refused") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            set_up_segments(bare);
            bare.put32(BareMachine::data, 0x11223344);
            Slots{bare}
                .access(0, {0xa1}, 0x00200000)
                .access(0x64, {0x8b, 0x1d}, 0xc0200000)
                .access(0x64, {0x8b, 0x0d}, 0xbffffffd) // its last byte is one too far
                .end();
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.reg(Gpr::RAX) == 0x11223344);
            CHECK(bare.reg(Gpr::RBX) == 0);
            CHECK(fault_count(bare) == 2);
            CHECK(heard.all<trace::PageFault>().empty());
        });
}

TEST_CASE(
    "limits: a program's segments that end at 3 GB are refused by the limit before the page") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            bare.put64(BareMachine::gdt + 0x18, 0x00cbfb000000ffff);
            bare.put64(BareMachine::gdt + 0x20, 0x00cbf3000000ffff);
            bare.enter(Ring::R3);
            bare.put(BareMachine::code,
                     {0x43, 0xa1, 0x00, 0x00, 0x20, 0xc0}); // inc ebx; mov eax, ..
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 13);
            CHECK(bare.get32(BareMachine::kernel_stack - 24) == 0);
            CHECK(bare.reg(Gpr::RBX) == 1);
            CHECK(heard.all<trace::PageFault>().empty());
        });
}

TEST_CASE("limits: code runs out of its segment at the limit, not at the page behind it") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            bare.put64(BareMachine::gdt + 0x30, 0x00c09b000000'0100); // to 100fffh
            bare.machine.cpu().segments.gdtr.limit = 0x37;
            bare.machine.cpu().segments[seg::SegmentName::CS] = bare.segment(0x30, 0x30);
            bare.machine.cpu().rip = BareMachine::code + 0xffd;
            bare.put(BareMachine::code + 0xffd, {0x43, 0x43, 0x43, 0x43});
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 13);
            CHECK(bare.reg(Gpr::RBX) == 3);
        });
}

TEST_CASE("limits: a repeated move stops at the limit with the elements before it moved") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            set_up_segments(bare);
            bare.put64(BareMachine::gdt + user_data, 0x00c093000000'0201); // to 201fffh
            bare.machine.cpu().segments[seg::SegmentName::FS] = bare.segment(user_data, user_data);
            for (u32 i = 0; i < 32; i += 4) {
                bare.put32(0x201fe0 + i, 0x01010101 * (i + 1));
            }
            Cpu& cpu = bare.machine.cpu();
            cpu[Gpr::RSI] = 0x201ff0;
            cpu[Gpr::RDI] = 0x203000;
            cpu[Gpr::RCX] = 6;
            Slots{bare}.put({0x64, 0xf3, 0xa5}).end(); // fs rep movsd: four are there
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.reg(Gpr::RCX) == 2);
            CHECK(bare.reg(Gpr::RSI) == 0x202000);
            CHECK(bare.get32(0x203000) == bare.get32(0x201ff0));
            CHECK(bare.get32(0x20300c) == bare.get32(0x201ffc));
            CHECK(bare.get32(0x203010) == 0);
            CHECK(fault_count(bare) == 1);
        });
}

TEST_CASE("limits: a null FS is refused in a free run too, and CS is not written") {
    both_ways(
        Ring::R0,
        [](BareMachine& bare) {
            set_up_segments(bare);
            bare.enter(Ring::R0); // flat again
            bare.machine.cpu().segments[seg::SegmentName::FS] = seg::null_segment(seg::Selector{});
            Slots{bare}
                .access(0x64, {0xa1}, 0x00200000)
                .access(0x2e, {0xa3}, 0x00200000) // mov cs:[200000h], eax
                .access(0x2e, {0xa1}, 0x00100000) // but read
                .end();
        },
        [](BareMachine& bare, Listener&) {
            CHECK(fault_count(bare) == 2);
            CHECK(bare.get32(BareMachine::data) == 0);
            CHECK(bare.reg(Gpr::RAX) == bare.get32(BareMachine::code));
        });
}

TEST_CASE("limits: PUSHA over the lower edge of the stack segment writes nothing") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            bare.put64(BareMachine::gdt + 0x20, 0x0040f32000001fff); // from 200000h
            bare.enter(Ring::R3);
            bare.machine.cpu()[Gpr::RSP] = 0x10;
            bare.machine.cpu()[Gpr::RAX] = 0x55555555;
            bare.put(BareMachine::code, {0x50, 0x58, 0x60}); // push eax; pop eax; pusha
        },
        [](BareMachine& bare, Listener&) {
            CHECK(bare.halted_in() == 12);
            CHECK(bare.get32(BareMachine::data + 0xc) == 0x55555555);
            CHECK(bare.get32(BareMachine::data + 0x8) == 0);
        });
}

} // namespace ringside::segment_limits_test
