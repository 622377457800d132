// 64-bit linear space on the whole machine: anywhere in it, the places the engine keeps for itself,
// and addresses that are not canonical.
#include "tests/core/long_machine.hpp"

#include <doctest/doctest.h>

#include <functional>

namespace ringside::tests::long_mode_test {
namespace {

constexpr u64 gibibyte = u64{1} << 30U;

std::vector<u8> with_immediate(std::initializer_list<u8> opcode, u64 value) {
    std::vector<u8> bytes{opcode};
    for (unsigned byte = 0; byte < 8; ++byte) {
        bytes.push_back(static_cast<u8>(value >> (8 * byte)));
    }
    return bytes;
}

void append(std::vector<u8>& code, std::vector<u8> const& bytes) {
    code.insert(code.end(), bytes.begin(), bytes.end());
}

// Runs twice, by steps and freely; each end is looked at.
void both_ways(std::function<void(LongMachine&)> const& prepare,
               std::function<void(LongMachine&)> const& look, Ring ring = Ring::R0) {
    for (bool const steps : {false, true}) {
        INFO((steps ? "by steps" : "freely"));
        LongMachine bare{ring};
        prepare(bare);
        while (steps && !bare.machine.end() && bare.machine.ticks() < 10000) {
            bare.machine.step();
        }
        if (!steps) {
            bare.run();
        }
        look(bare);
    }
}

TEST_CASE("long mode: more gibibytes than one core takes, and those it keeps for itself") {
    both_ways(
        [](LongMachine& bare) {
            std::vector<u8> code;
            for (u64 index = 0; index < 150; ++index) {
                // 0xff00000000 and below are where the engine's tables can lie.
                u64 const page = index < 20   ? 0xff00000000 - index * gibibyte
                                 : index < 80 ? 0x7000'0000'0000 + index * gibibyte
                                              : 0xffff'8000'0000'0000 + index * gibibyte;
                bare.map(page, LongMachine::data + (index % 16) * page_size_4k);
                append(code, with_immediate({0x48, 0xb8}, page + 8 * (index / 16))); // mov rax, ..
                append(code, {0x48, 0xff, 0x00}); // inc qword [rax]
                append(code, {0x48, 0x03, 0x08}); // add rcx, [rax]
            }
            code.push_back(0xf4);
            bare.machine.ram().write_bytes(PhysicalAddress{LongMachine::code}, code);
        },
        [](LongMachine& bare) {
            REQUIRE(bare.machine.end().has_value());
            CHECK(bare.machine.insns() == 451);
            CHECK(bare.machine.cpu()[Gpr::RCX] == 150);
            for (u64 index = 0; index < 150; ++index) {
                CHECK(bare.get64(LongMachine::data + (index % 16) * page_size_4k +
                                 8 * (index / 16)) == 1);
            }
        });
}

TEST_CASE("long mode: one instruction that reaches into two of the engine's places") {
    both_ways(
        [](LongMachine& bare) {
            bare.map(0xff00000000, LongMachine::data);
            bare.map(0xff00000000 - gibibyte, LongMachine::data + page_size_4k);
            bare.put64(LongMachine::data, 0x1122334455667788);
            bare.machine.cpu()[Gpr::RSI] = 0xff00000000;
            bare.machine.cpu()[Gpr::RDI] = 0xff00000000 - gibibyte;
            bare.put(LongMachine::code, {0x48, 0xa5, 0xf4}); // movsq; hlt
        },
        [](LongMachine& bare) {
            CHECK(bare.machine.insns() == 2);
            CHECK(bare.get64(LongMachine::data + page_size_4k) == 0x1122334455667788);
        });
}

TEST_CASE("long mode: code runs where the engine's tables were") {
    both_ways(
        [](LongMachine& bare) {
            bare.map(0xff02000000, LongMachine::data);
            bare.put(LongMachine::data, {0x48, 0xff, 0xc1, 0xc3}); // inc rcx; ret
            bare.machine.cpu()[Gpr::RAX] = 0xff02000000;
            bare.put(LongMachine::code, {0xff, 0xd0, 0xff, 0xd0, 0xf4}); // call rax, twice
        },
        [](LongMachine& bare) {
            CHECK(bare.machine.cpu()[Gpr::RCX] == 2);
            CHECK(bare.machine.insns() == 7);
        });
}

TEST_CASE("long mode: a near branch to an address that is not canonical has not begun") {
    struct Branch {
        std::vector<u8> bytes;
        char const* name;
    };
    std::vector<Branch> const branches{
        {{0xff, 0xe0}, "jmp rax"},
        {{0xff, 0xd0}, "call rax"},
        {{0xff, 0x23}, "jmp [rbx]"},
        {{0xff, 0x13}, "call [rbx]"},
        {{0xc3}, "ret"},
        {{0xc2, 0x10, 0x00}, "ret 16"},
    };
    for (Branch const& branch : branches) {
        INFO(branch.name);
        for (Ring const ring : {Ring::R0, Ring::R3}) {
            both_ways(
                [&](LongMachine& bare) {
                    constexpr u64 target = 0x8000'0000'0000;
                    bare.machine.cpu()[Gpr::RAX] = target;
                    bare.machine.cpu()[Gpr::RBX] = LongMachine::data;
                    bare.put64(LongMachine::data, target);
                    bare.put64(LongMachine::stack, target);
                    bare.put64(LongMachine::stack - 8, 0x5555);
                    std::vector<u8> code{0x90, 0x90};
                    append(code, branch.bytes);
                    bare.machine.ram().write_bytes(PhysicalAddress{LongMachine::code}, code);
                },
                [&](LongMachine& bare) {
                    REQUIRE(bare.halted_in() == 13);
                    CHECK(bare.pushed(0) == 0);
                    CHECK(bare.pushed(1) == LongMachine::code + 2);
                    CHECK(bare.pushed(4) == LongMachine::stack);
                    if (ring == Ring::R3) { // ring 0 has its frame there
                        CHECK(bare.get64(LongMachine::stack - 8) == 0x5555);
                    }
                    CHECK(bare.machine.insns() == 3); // two NOPs and HLT
                },
                ring);
        }
    }
}

TEST_CASE("long mode: a relative branch out of canonical space has not begun") {
    constexpr u64 last_page = 0x7fff'ffff'f000;
    constexpr u64 upper_half = 0xffff'8000'0000'0000;
    struct Branch {
        u64 page;
        std::vector<u8> bytes;
        char const* name;
    };
    std::vector<Branch> const branches{
        {last_page, {0xe8, 0x00, 0x10, 0, 0}, "call forwards"},
        {last_page, {0xe9, 0x00, 0x10, 0, 0}, "jmp forwards"},
        {last_page, {0x0f, 0x85, 0x00, 0x10, 0, 0}, "jnz forwards"},
        {upper_half, {0xe8, 0x00, 0xf0, 0xff, 0xff}, "call backwards"},
        {upper_half, {0xeb, 0xf0}, "jmp backwards"},
    };
    for (Branch const& branch : branches) {
        INFO(branch.name);
        for (Ring const ring : {Ring::R0, Ring::R3}) {
            both_ways(
                [&](LongMachine& bare) {
                    bare.map(branch.page, LongMachine::data);
                    std::vector<u8> code{0x90, 0x90};
                    append(code, branch.bytes);
                    bare.machine.ram().write_bytes(PhysicalAddress{LongMachine::data}, code);
                    bare.machine.cpu().rip = branch.page;
                    bare.put64(LongMachine::stack - 0x18, 0x5555);
                    bare.machine.cpu()[Gpr::RSP] -= 0x10;
                },
                [&](LongMachine& bare) {
                    REQUIRE(bare.halted_in() == 13);
                    CHECK(bare.pushed(0) == 0);
                    CHECK(bare.pushed(1) == branch.page + 2);
                    CHECK(bare.pushed(4) == LongMachine::stack - 0x10);
                    if (ring == Ring::R3) { // ring 0 has its frame there
                        CHECK(bare.get64(LongMachine::stack - 0x18) == 0x5555);
                    }
                    CHECK(bare.machine.insns() == 3); // two NOPs and HLT
                },
                ring);
        }
    }
}

TEST_CASE("long mode: a relative CALL that stays in canonical space is made") {
    both_ways(
        [](LongMachine& bare) {
            bare.map(0x7fff'ffff'f000, LongMachine::data);
            // call +3; hlt, ..; inc rcx; ret
            bare.put(LongMachine::data, {0xe8, 3, 0, 0, 0, 0xf4, 0, 0, 0x48, 0xff, 0xc1, 0xc3});
            bare.machine.cpu().rip = 0x7fff'ffff'f000;
        },
        [](LongMachine& bare) {
            CHECK(bare.machine.insns() == 4);
            CHECK(bare.machine.cpu()[Gpr::RCX] == 1);
            CHECK(bare.get64(LongMachine::stack - 8) == 0x7fff'ffff'f005);
        });
}

TEST_CASE("long mode: data that is not canonical is #GP, through SS and on the stack #SS") {
    struct Access {
        std::vector<u8> bytes;
        int vector;
    };
    std::vector<Access> const accesses{
        {{0x8b, 0x00}, 13},       // mov eax, [rax]
        {{0x64, 0x8b, 0x00}, 13}, // mov eax, fs:[rax]
        {{0x8b, 0x45, 0x00}, 12}, // mov eax, [rbp]
        {{0x50}, 12},             // push rax
        {{0xff, 0x30}, 13},       // push [rax]
        {{0xc3}, 12},             // ret
        {{0x48, 0xa5}, 13},       // movsq
    };
    for (Access const& access : accesses) {
        both_ways(
            [&](LongMachine& bare) {
                for (Gpr const name : {Gpr::RAX, Gpr::RBP, Gpr::RSI, Gpr::RDI}) {
                    bare.machine.cpu()[name] = 0x7fff'ffff'fffc; // runs out of canonical space
                }
                bare.machine.cpu()[Gpr::RSP] = 0x8000'0000'0004; // so does what is pushed
                bare.map(0x7fff'ffff'f000, LongMachine::data);
                std::vector<u8> code{0x90};
                append(code, access.bytes);
                bare.machine.cpu()[Gpr::RAX] += 1;
                bare.machine.cpu()[Gpr::RBP] += 1;
                bare.machine.ram().write_bytes(PhysicalAddress{LongMachine::code}, code);
            },
            [&](LongMachine& bare) {
                INFO(static_cast<unsigned>(access.bytes.front()));
                CHECK(bare.halted_in() == access.vector);
                CHECK(bare.pushed(1) == LongMachine::code + 1);
            },
            Ring::R3);
    }
}

TEST_CASE("compatibility mode: the tables lie beyond 4 GiB") {
    both_ways(
        [](LongMachine& bare) {
            constexpr u64 far_away = 0xffff'8000'0000'0000;
            bare.map(far_away + LongMachine::gdt, LongMachine::gdt);
            bare.map(far_away + LongMachine::idt, LongMachine::idt);
            bare.map(far_away + LongMachine::idt + page_size_4k, LongMachine::idt + page_size_4k);
            bare.map(far_away + LongMachine::tss, LongMachine::tss);
            Cpu& cpu = bare.machine.cpu();
            cpu.segments.gdtr.base += far_away;
            cpu.segments.idtr.base += far_away;
            cpu.segments.tr.base += far_away;
            bare.enter(Ring::R3, LongMachine::user_cs32);
            // mov eax, 23h; mov es, eax; int 0x20: the gate's DPL is 0
            bare.put(LongMachine::code, {0xb8, 0x23, 0, 0, 0, 0x8e, 0xc0, 0xcd, 0x20});
        },
        [](LongMachine& bare) {
            CHECK(bare.halted_in() == 13);
            CHECK(bare.pushed(0) == 0x20 * 8 + 2);
            CHECK(bare.pushed(1) == LongMachine::code + 7);
        },
        Ring::R3);
}

} // namespace
} // namespace ringside::tests::long_mode_test
