// Random programs over segments of six kinds, stepped and run freely to each number of
// instructions.
#include "tests/core/segmented_machine.hpp"

#include <random>

namespace ringside::segment_programs_test {

using namespace tests;

namespace {

constexpr std::array<u16, 8> data_segments{kernel_data, kernel_data, user_data,   user_data,
                                           small_data,  read_only,   expand_down, 0};

class Random {
public:
    explicit Random(u32 seed)
        : engine_{seed} {}
    u32 below(u32 end) { return static_cast<u32>(engine_() % end); }
    template <class Container>
    auto of(Container const& all) {
        return all.at(below(static_cast<u32>(all.size())));
    }

private:
    std::mt19937 engine_;
};

// An offset that is good, just over an edge, or beyond a limit where the linear address is a page
// that is there.
u32 any_offset(Random& random) {
    constexpr std::array<u32, 12> bases{0x00200000, 0x00200000, 0x00201000, 0x40200000,
                                        0xc0200000, 0x00001230, 0x3ffffffd, 0xbffffffd,
                                        0x00000000, 0x00200ffe, 0x7fe00000, 0xfffffffe};
    return random.of(bases) + random.below(6);
}

void put_any_slot(Slots& slots, Random& random) {
    constexpr std::array<u8, 7> prefixes{0, 0, 0x26, 0x64, 0x64, 0x2e, 0x36};
    u8 const prefix = random.of(prefixes);
    switch (random.below(12)) {
    case 0:
    case 1:
        slots.access(prefix, {0xa1}, any_offset(random)); // mov eax, [..]
        break;
    case 2:
        slots.access(prefix, {0x89, 0x1d}, any_offset(random)); // mov [..], ebx
        break;
    case 3:
        slots.access(prefix, {0xff, 0x05}, any_offset(random)); // inc dword [..]
        break;
    case 4: { // mov ax, SELECTOR; mov ds/es/fs, ax
        u16 const selector = random.of(data_segments);
        constexpr std::array<u8, 3> names{0xd8, 0xc0, 0xe0};
        slots.put({0x66, 0xb8, static_cast<u8>(selector), 0, 0x8e, random.of(names)});
        break;
    }
    case 5: // mov ax, kernel_data; mov ds, ax; mov es, ax: so that it is free for a while
        slots.put({0x66, 0xb8, kernel_data, 0, 0x8e, 0xd8, 0x8e, 0xc0});
        break;
    case 6:
        slots.access(0, {0xbe}, any_offset(random)); // mov esi
        slots.access(0, {0xbf}, any_offset(random)); // mov edi
        break;
    case 7: // mov ecx, few; rep movs, with a prefix
        slots.put({0xb9, static_cast<u8>(random.below(9)), 0, 0, 0});
        slots.put({prefix == 0 ? u8{0x3e} : prefix, 0xf3, static_cast<u8>(0xa4 + random.below(2))});
        break;
    case 8: // push eax; add ebx, esp; pop edx; std or cld
        slots.put({0x50, 0x01, 0xe3, 0x5a, static_cast<u8>(0xfc + random.below(2))});
        break;
    case 9:
        slots.access(prefix, {0xff, 0x35}, any_offset(random));
        slots.access(prefix, {0x8f, 0x05}, any_offset(random)); // pop dword [..]
        break;
    case 10: // mov ecx, few; repe cmps
        slots.put({0xb9, static_cast<u8>(random.below(5)), 0, 0, 0});
        slots.put({prefix == 0 ? u8{0x3e} : prefix, 0xf3, static_cast<u8>(0xa6 + random.below(2))});
        break;
    default:
        slots.put({0x43, 0x31, 0xd8, 0x01, 0xc3}); // inc ebx; xor eax, ebx; add ebx, eax
        break;
    }
}

void set_up_any(BareMachine& bare, u32 seed) {
    set_up_segments(bare);
    Random random{seed};
    Slots slots{bare};
    for (unsigned slot = 0; slot < 200; ++slot) {
        put_any_slot(slots, random);
    }
    slots.end();
}

} // namespace

TEST_CASE("limits: random programs over six kinds of segments, after each number of instructions: "
          "stepped, run freely") {
    u32 refused = 0;
    for (u32 seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        BareMachine stepped;
        set_up_any(stepped, seed);
        Listener heard;
        stepped.machine.set_sink(&heard);
        std::vector<u64> hashes{stepped.machine.state_hash()};
        while (!stepped.machine.end() && stepped.machine.ticks() < 5000) {
            stepped.machine.step();
            if (stepped.machine.insns() == hashes.size()) {
                hashes.push_back(stepped.machine.state_hash());
            }
        }
        REQUIRE(stepped.machine.end());
        refused += static_cast<u32>(heard.all<trace::SegFault>().size());

        BareMachine free_run;
        set_up_any(free_run, seed);
        Ram::Image const memory = free_run.machine.ram().take_image();
        MachineState const start = free_run.machine.save();
        for (u64 insn = 1; insn < hashes.size(); insn += 1 + insn % 7) {
            free_run.machine.ram().restore_image(memory);
            free_run.machine.restore(start);
            free_run.machine.run_until_insn(insn);
            CAPTURE(insn);
            REQUIRE(free_run.machine.insns() == insn);
            REQUIRE(free_run.machine.state_hash() == hashes[insn]);
        }
        Listener heard_freely;
        free_run.machine.ram().restore_image(memory);
        free_run.machine.restore(start);
        free_run.machine.set_sink(&heard_freely);
        free_run.machine.run_until_tick(5000);
        REQUIRE(heard_freely.events.size() == heard.events.size());
        for (std::size_t i = 0; i < heard.events.size(); ++i) {
            CAPTURE(i);
            REQUIRE(trace::kind_name(heard_freely.events[i]) == trace::kind_name(heard.events[i]));
            REQUIRE(heard_freely.events[i].insn == heard.events[i].insn);
            REQUIRE(heard_freely.events[i].ip == heard.events[i].ip);
        }
    }
    CHECK(refused > 100);
}

} // namespace ringside::segment_programs_test
