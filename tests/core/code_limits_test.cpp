// Near branches over the limit of CS, run freely: the processor refuses them before they are made,
// the engine only knows that it has no page at the target.
#include "tests/core/segmented_machine.hpp"

#include <fmt/format.h>
#include <random>

namespace ringside::code_limits_test {

using tests::BareMachine;
using tests::both_ways;
using tests::Listener;

namespace {

constexpr u64 most_ticks = 400;
constexpr u16 code_selector = 0x30;
constexpr u64 handler = 0xc000;
constexpr u64 pointers = BareMachine::data; // words to jump through
// The handler keeps here what it was called with.
constexpr u64 fault_count = BareMachine::data + 0x800;
constexpr u64 last_fault_ip = BareMachine::data + 0x804;

// Code from 0 to `limit` at linear `base`; the handler of #GP and #PF goes on at the next slot of
// 16 bytes, and restores ESP.
void set_up(BareMachine& bare, u64 base, u64 limit, bool big) {
    u64 const low = (limit & 0xffff) | (base & 0xffffff) << 16U;
    u64 const high = 0x9bU << 8U | ((limit >> 16U) & 0xf) << 16U | (big ? u64{0x40} << 16U : 0) |
                     ((base >> 24U) << 24U);
    bare.put64(BareMachine::gdt + code_selector, low | high << 32U);
    Cpu& cpu = bare.machine.cpu();
    cpu.segments.gdtr.limit = 0x37;
    cpu.segments[seg::SegmentName::CS] = bare.segment(code_selector, code_selector);
    cpu.rip = 0;
    for (u64 const vector : {u64{6}, u64{12}, u64{13}, u64{14}}) {
        bare.set_gate(vector, handler, 0);
    }
    // mov eax, [esp+4]; mov [last_fault_ip], eax; inc dword [fault_count]; and eax, -16;
    // add eax, 16; mov ecx, [esp+8]; push eflags's word, CS and EAX on a stack begun anew; iret
    bare.put(handler,
             {0x8b, 0x44, 0x24, 0x04,          0xa3, 0x04, 0x08, 0x20, 0x00, 0xff, 0x05, 0x00, 0x08,
              0x20, 0x00, 0x83, 0xe0,          0xf0, 0x83, 0xc0, 0x10, 0xbc, 0x00, 0x00, 0x30, 0x00,
              0x6a, 0x02, 0x6a, code_selector, 0x50, 0xb9, 0x03, 0x00, 0x00, 0x00, 0xcf});
}

// A branch of every kind in a slot of its own, to `target`.
std::vector<u8> branch(u32 kind, u32 at, u32 target, bool big) {
    std::vector<u8> code;
    auto const add = [&](std::initializer_list<u32> bytes) {
        for (u32 const byte : bytes) {
            code.push_back(static_cast<u8>(byte));
        }
    };
    auto const word = [&](u32 value) {
        for (u32 byte = 0; byte < (big ? 4U : 2U); ++byte) {
            code.push_back(static_cast<u8>(value >> (8 * byte)));
        }
    };
    auto const relative = [&](std::initializer_list<u32> opcode) {
        add(opcode);
        word(target - (at + static_cast<u32>(code.size()) + (big ? 4U : 2U)));
    };
    auto const through_memory = [&](u32 modrm) { // jmp or call [pointers], 32-bit address
        if (!big) {
            add({0x67});
        }
        add({0xff, modrm, pointers & 0xff, (pointers >> 8U) & 0xff, (pointers >> 16U) & 0xff,
             pointers >> 24U});
    };
    switch (kind) {
    case 0:
        relative({0x43, 0xe9});
        break;
    case 1:
        relative({0x43, 0xe8});
        break;
    case 2: // xor eax, eax; jz
        relative({0x31, 0xc0, 0x0f, 0x84});
        break;
    case 3: // or ecx, ecx; jz: not taken, as ECX is 3 or so
        relative({0x09, 0xc9, 0x0f, 0x84});
        break;
    case 4: // push TARGET; ret
        add({0x68});
        word(target);
        add({0xc3});
        break;
    case 5: // push TARGET; ret 8
        add({0x68});
        word(target);
        add({0xc2, 8, 0});
        break;
    case 6: // mov eax, TARGET; jmp eax
        add({0xb8});
        word(target);
        add({0xff, 0xe0});
        break;
    case 7:
        add({0xb8});
        word(target);
        add({0xff, 0xd0});
        break;
    case 8:
        through_memory(0x25);
        break;
    case 9:
        through_memory(0x15);
        break;
    case 10: // loop, over a few bytes
        add({0x41, 0xe2, (target - (at + 3)) & 0xff});
        break;
    case 11: // jcxz
        add({0x31, 0xc9, 0xe3, (target - (at + 4)) & 0xff});
        break;
    case 12: // loopne
        add({0x41, 0x09, 0xc9, 0xe0, (target - (at + 5)) & 0xff});
        break;
    default: // jmp short
        add({0x43, 0xeb, (target - (at + 3)) & 0xff});
        break;
    }
    return code;
}

struct Program {
    u64 base;
    u64 limit;
    bool big;
    u32 slots; // up to the limit
    std::vector<u8> bytes;
    std::array<u32, 4> pointers{};
};

Program any_program(u32 seed) {
    std::mt19937 random{seed};
    auto const below = [&](u32 end) { return static_cast<u32>(random() % end); };
    Program program{.base = 0x100000 + u64{below(3)} * 0x800,
                    .limit = 0x1000 * u64{1 + below(3)} + (below(2) == 0 ? 0xfff : below(0x1000)),
                    .big = below(3) != 0,
                    .slots = 0,
                    .bytes = {},
                    .pointers = {}};
    program.slots = static_cast<u32>(program.limit / 16) + 4;
    program.bytes.assign(std::size_t{program.slots} * 16, 0x90);
    for (u32 slot = 0; slot < program.slots; ++slot) {
        u32 const at = slot * 16;
        u32 const near = at + 16 + below(96); // for short branches
        u32 const edge = static_cast<u32>(program.limit) - 3 + below(24);
        u32 const inside = (slot + 1 + below(20)) * 16;
        u32 const target = below(4) == 0 ? edge : below(2) == 0 ? inside : near;
        std::vector<u8> const code = branch(below(14), at, target, program.big);
        REQUIRE(code.size() <= 16);
        std::ranges::copy(code, program.bytes.begin() + at);
        program.pointers.at(slot % 4) = target;
    }
    return program;
}

void set_up(BareMachine& bare, Program const& program) {
    set_up(bare, program.base, program.limit, program.big);
    bare.machine.ram().write_bytes(PhysicalAddress{program.base}, program.bytes);
    bare.put32(pointers, program.pointers[0]);
    bare.machine.cpu()[Gpr::RCX] = 3;
}

} // namespace

TEST_CASE("code limit: each near branch over it is #GP at the branch, and nothing of it is done") {
    for (bool const big : {true, false}) {
        for (u32 kind = 0; kind < 10; ++kind) {
            if (kind == 3) { // not taken
                continue;
            }
            CAPTURE(kind);
            CAPTURE(big);
            for (u32 const target : {0x1800U, 0x1801U}) {
                BareMachine free_run;
                set_up(free_run, 0x100000, 0x1800, big);
                std::vector<u8> const code = branch(kind, 0, target, big);
                free_run.machine.ram().write_bytes(PhysicalAddress{0x100000}, code);
                free_run.put32(pointers, target);
                free_run.put(0x100000 + 0x10, {0xf4});
                free_run.put(0x100000 + 0x1800, {0xf4});
                // Where a call would push.
                free_run.put32(BareMachine::stack - 4, 0x55555555);
                free_run.machine.run_until_tick(most_ticks);
                bool const refused = target == 0x1801;
                CHECK(free_run.get32(fault_count) == (refused ? 1 : 0));
                if (refused) {
                    bool const follows = kind != 8 && kind != 9;
                    CHECK((free_run.get32(last_fault_ip) != 0) == follows);
                    CHECK(free_run.get32(last_fault_ip) < code.size());
                }
            }
        }
    }
}

TEST_CASE("code limit: random branches about random limits, stepped and run freely to each tick") {
    u32 refused = 0;
    for (u32 seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        Program const program = any_program(seed);
        BareMachine stepped;
        set_up(stepped, program);
        std::vector<u64> hashes{stepped.machine.state_hash()};
        while (!stepped.machine.end() && stepped.machine.ticks() < most_ticks) {
            stepped.machine.step();
            hashes.push_back(stepped.machine.state_hash());
        }
        refused += stepped.get32(fault_count);
        BareMachine free_run;
        set_up(free_run, program);
        Ram::Image const memory = free_run.machine.ram().take_image();
        MachineState const start = free_run.machine.save();
        for (u64 tick = 1; tick < hashes.size(); tick += 1 + tick % 3) {
            free_run.machine.ram().restore_image(memory);
            free_run.machine.restore(start);
            free_run.machine.run_until_tick(tick);
            CAPTURE(tick);
            REQUIRE(free_run.machine.ticks() == tick);
            REQUIRE(free_run.machine.state_hash() == hashes[tick]);
        }
    }
    CHECK(refused > 100);
}

TEST_CASE("LOOPNE and LOOPE that rCX ends leave the flags as they were") {
    for (u8 const opcode : {u8{0xe0}, u8{0xe1}}) {
        BareMachine free_run;
        // inc ecx; or ecx, ecx; loopne/loope +0; hlt
        free_run.put(BareMachine::code, {0x41, 0x09, 0xc9, opcode, 0x00, 0xf4});
        free_run.machine.run_until_tick(3);
        CHECK(free_run.reg(Gpr::RCX) == 0);
        CHECK((free_run.machine.cpu().rflags & 0xff) == 0x02); // of 1 | 1: neither ZF nor PF
    }
}

} // namespace ringside::code_limits_test
