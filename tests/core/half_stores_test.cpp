// An instruction that is several accesses to the core is all done or not begun: where its second
// page refuses, the first is unwritten and the registers are those from before.
#include "core/decoder/decode.hpp"
#include "core/decoder/sensitivity.hpp"
#include "tests/core/both_ways.hpp"

#include <algorithm>

namespace ringside::half_stores_test {

using tests::BareMachine;
using tests::Listener;

namespace {

constexpr u64 edge = BareMachine::data + 0x1000; // between two pages
constexpr u32 pattern = 0x5a5a5a5a;
constexpr u64 most_ticks = 1000;

struct Case {
    char const* name;
    std::vector<u8> code;
    u32 pointer; // in EBX or ESP
    bool uses_stack;
    u32 nearest; // the address that the page fault of the lower page names at most, see below
};

// EBX and ESP are so that some bytes lie in each page.
std::vector<Case> cases() {
    auto const at = [](int offset) {
        return static_cast<u32>(edge + static_cast<u64>(static_cast<i64>(offset)));
    };
    return {
        {"pusha", {0x60}, at(16), true, at(-4)},
        {"pusha in words", {0x66, 0x60}, at(6), true, at(-2)},
        {"popa", {0x61}, at(-12), true, at(-12)},
        {"enter with two frames", {0xc8, 8, 0, 3}, at(8), true, at(-4)},
        {"enter whose room reaches down", {0xc8, 0x10, 0, 0}, at(12), true, at(-8)},
        {"movups store", {0x0f, 0x11, 0x03}, at(-8), false, at(-8)},
        {"movups store, 3 and 13", {0x0f, 0x11, 0x03}, at(-3), false, at(-3)},
        {"movups load", {0x0f, 0x10, 0x03}, at(-8), false, at(-8)},
        {"fstp tbyte", {0xdb, 0x3b}, at(-8), false, at(-8)},
        {"fstp tbyte, 4 and 6", {0xdb, 0x3b}, at(-4), false, at(-4)},
        {"fnstenv", {0xd9, 0x33}, at(-12), false, at(-12)},
        {"fnsave", {0xdd, 0x33}, at(-60), false, at(-60)},
        {"fxsave", {0x0f, 0xae, 0x03}, at(-128), false, at(-128)},
        // One access of the core each: they were never half done.
        {"mov dword", {0x89, 0x03}, at(-2), false, at(-2)},
        {"push dword", {0x50}, at(2), true, at(-2)},
        {"leave", {0x8b, 0xec, 0xc9}, at(-2), true, at(-2)},
    };
}

void set_up(BareMachine& bare, Case const& one, u64 absent, bool warm) {
    Cpu& cpu = bare.machine.cpu();
    cpu.cr4 |= cr4::OSFXSR;
    for (u64 offset = 0; offset < 0x2000; offset += 4) {
        bare.put32(BareMachine::data + offset, pattern);
    }
    // fninit; fld1; xorps xmm0, xmm0; and a store to each page that is there, so that it is granted
    std::vector<u8> code{0xdb, 0xe3, 0xd9, 0xe8, 0x0f, 0x57, 0xc0};
    for (u64 const page : {BareMachine::data, edge}) {
        if (warm && page != absent) { // mov [page+800h], eax
            code.insert(code.end(), {0xa3, 0x00, 0x08, static_cast<u8>(page >> 16U), 0x00});
            code[code.size() - 3] = static_cast<u8>(((page + 0x800) >> 8U) & 0xff);
        }
    }
    code.insert(code.end(), one.code.begin(), one.code.end());
    code.insert(code.end(), {0xcd, 0x80});
    bare.machine.ram().write_bytes(PhysicalAddress{BareMachine::code}, code);
    cpu[Gpr::RBX] = one.pointer;
    cpu[Gpr::RAX] = 0x11111111;
    cpu[Gpr::RCX] = 0x22222222;
    cpu[Gpr::RDX] = 0x33333333;
    cpu[Gpr::RSI] = 0x44444444;
    cpu[Gpr::RDI] = 0x55555555;
    cpu[Gpr::RBP] = BareMachine::stack - 0x100; // of ENTER, the outer frames
    cpu[Gpr::RSP] = one.uses_stack ? one.pointer : static_cast<u32>(BareMachine::stack);
    if (absent != 0) {
        bare.map(absent, 0, 0);
    }
}

bool is_untouched(BareMachine& bare, bool warm) {
    for (u64 offset = 0; offset < 0x2000; offset += 4) {
        u32 const stored = warm && offset % 0x1000 == 0x800 ? 0x11111111 : pattern;
        u32 const found = bare.get32(BareMachine::data + offset);
        if (found != stored && !(warm && found == pattern && offset % 0x1000 == 0x800)) {
            return false;
        }
    }
    return true;
}

} // namespace

TEST_CASE("half stores: where one of two pages is absent nothing is stored and nothing loaded") {
    for (Case const& one : cases()) {
        CAPTURE(one.name);
        for (u64 const absent : {BareMachine::data, edge, u64{0}}) {
            for (bool const warm : {false, true}) {
                CAPTURE(absent);
                CAPTURE(warm);
                std::array<u64, 2> hashes{};
                for (bool const stepped : {false, true}) {
                    CAPTURE(stepped);
                    BareMachine bare{Ring::R3};
                    set_up(bare, one, absent, warm);
                    Cpu const before = bare.machine.cpu();
                    if (stepped) {
                        while (!bare.machine.end() && bare.machine.ticks() < most_ticks) {
                            bare.machine.step();
                        }
                    } else {
                        bare.machine.run_until_tick(most_ticks);
                    }
                    hashes.at(stepped ? 1 : 0) = bare.machine.state_hash();
                    if (absent == 0) {
                        CHECK(bare.halted_in() == 0x80);
                        continue;
                    }
                    CHECK(bare.halted_in() == 14);
                    CHECK(is_untouched(bare, warm));
                    CHECK(LinearAddress{bare.machine.cpu().cr2}.page().value() == absent);
                    for (Gpr const name :
                         {Gpr::RAX, Gpr::RCX, Gpr::RDX, Gpr::RBX, Gpr::RSI, Gpr::RDI}) {
                        CHECK(bare.machine.cpu()[name] == before[name]);
                    }
                }
                CHECK(hashes[0] == hashes[1]);
            }
        }
    }
}

TEST_CASE("half stores: the address of the fault is the first byte that is refused, as it goes") {
    // PUSHA stores downwards: in the lower page its first word is the highest.
    for (Case const& one : cases()) {
        CAPTURE(one.name);
        BareMachine bare{Ring::R3};
        set_up(bare, one, BareMachine::data, true);
        bare.machine.run_until_tick(most_ticks);
        CHECK(bare.machine.cpu().cr2 == one.nearest);
    }
}

TEST_CASE("half stores: the decoder names what is more than one access") {
    auto const halves = [](std::vector<u8> const& code) {
        return can_stop_halfway(decode(code, CodeSize::Bits32));
    };
    for (Case const& one : cases()) {
        CAPTURE(one.name);
        bool const is_one_access =
            one.code[0] == 0x89 || one.code[0] == 0x50 || one.code[0] == 0x8b;
        CHECK(halves(one.code) != is_one_access);
    }
    CHECK_FALSE(halves({0x0f, 0xc7, 0x0b})); // cmpxchg8b
    CHECK_FALSE(halves({0xdd, 0x1b}));       // fstp qword
    CHECK_FALSE(halves({0x0f, 0x0b}));       // ud2
}

} // namespace ringside::half_stores_test
