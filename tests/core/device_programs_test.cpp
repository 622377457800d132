// The law of the engine with devices: random programs that set timers, start transfers (into code,
// too), mask, sleep and touch registers in memory are in the same state after N instructions by
// single steps, by a free run to N, and by going back from the end.
#include "core/history.hpp"
#include "tests/core/device_machine.hpp"

#include <doctest/doctest.h>

#include <random>

namespace ringside {

using tests::DeviceCode;
using tests::DeviceMachine;
using tests::Listener;

namespace {

constexpr u64 code = DeviceMachine::code;
constexpr u64 data = DeviceMachine::data;
constexpr u64 dma0 = DeviceMachine::dma0;
constexpr u64 most_ticks = 4000;

class Random {
public:
    explicit Random(u32 seed)
        : engine_{seed} {}
    u32 below(u32 end) { return static_cast<u32>(engine_() % end); }

private:
    std::mt19937 engine_;
};

void put_timer(DeviceCode& program, Random& random) {
    constexpr std::array<u8, 4> modes{0, 2, 3, 4};
    program.timer(modes.at(random.below(4)), static_cast<u16>(1 + random.below(6)));
}

void put_transfer(DeviceCode& program, u64 target, u32 length, u32 pattern, u32 delay) {
    program.store(dma0 + DMA0_ADDRESS, static_cast<u32>(target))
        .store(dma0 + DMA0_LENGTH, length)
        .store(dma0 + DMA0_PATTERN, pattern)
        .store(dma0 + DMA0_DELAY, delay)
        .store(dma0 + DMA0_START, 1);
}

// NOPs over an instruction of a loop that runs.
void put_transfer_into_loop(DeviceCode& program, Random& random) {
    u64 const size_of_stores = 50;
    u64 const loop = code + program.bytes.size() + size_of_stores + 5;
    put_transfer(program, loop, 6, 0x90, random.below(150));
    program.ecx(30 + random.below(40)).count_up(data).raw({0x49, 0x75, 0xf7}); // dec ecx; jnz
}

void put_string(DeviceCode& program, Random& random) {
    bool const from_device = random.below(3) == 0;
    bool const to_device = random.below(3) == 0;
    program.ecx(random.below(40))
        .esi(static_cast<u32>(from_device ? dma0 + random.below(24) : data + random.below(8192)))
        .edi(static_cast<u32>(to_device ? dma0 + 0x20 + random.below(64)
                                        : data + random.below(8192)))
        .raw({0xf3, static_cast<u8>(0xa4 + random.below(2))}); // rep movsb, rep movsd
}

void put_piece(DeviceCode& program, Random& random) {
    switch (random.below(17)) {
    case 0:
        put_timer(program, random);
        break;
    case 1:
        put_transfer(program, data + random.below(0x2000), random.below(9000), random.below(256),
                     random.below(60));
        break;
    case 2:
        put_string(program, random);
        break;
    case 3: // now and then nothing can wake it
        program.out8(PORT_PIC1_DATA, static_cast<u8>(random.below(16) == 0 ? 1 : 0));
        put_timer(program, random);
        program.sti().hlt();
        break;
    case 4:
        program.cli().nops(random.below(70)).sti();
        break;
    case 5:
        program.sti();
        break;
    case 6: // PUSHF; CLI; some; POPF
        program.raw({0x9c, 0xfa}).nops(random.below(90)).raw({0x9d});
        break;
    case 7: // a loop: mov ecx; dec ecx; jnz
        program.ecx(1 + random.below(60)).raw({0x49, 0x75, 0xfd});
        break;
    case 8:
        program.load(dma0 + random.below(0x20)).keep(data + 4 * random.below(100));
        break;
    case 9:
        program.store(dma0 + DMA0_STATUS, DMA0_DONE);
        break;
    case 10:
        program.out8(PORT_PIC1_DATA, static_cast<u8>(random.below(4) == 0 ? 1 : 0));
        break;
    case 11: // what the timer and the controllers say now
        program.out8(PORT_PIT_CONTROL, 0).in8(PORT_PIT_COUNTER0).in8(PORT_PIT_COUNTER0);
        program.keep8(data + random.below(100)).in8(PORT_PIC1_COMMAND).keep8(data + 101);
        break;
    case 12: // through a gate of ring 0, whose handler ends the run's part by IRET
        program.raw({0xcd, 0x30});
        break;
    case 13: // mov eax, ss; mov ss, eax
        program.raw({0x8c, 0xd0, 0x8e, 0xd0});
        break;
    case 14:
        put_transfer_into_loop(program, random);
        break;
    case 15:
        program.count_up(data + 4 * random.below(100));
        break;
    default:
        program.nops(1 + random.below(80));
        break;
    }
}

void set_up(DeviceMachine& bare, u32 seed) {
    Random random{seed};
    DeviceCode program;
    program.remap().sti();
    while (program.bytes.size() < 1500) {
        put_piece(program, random);
    }
    bare.put(code, program.nops(8).cli().hlt());
    if (seed % 2 == 0) { // a limit of 16 MiB: segments that must be asked
        bare.put64(DeviceMachine::gdt + 0x10, 0x00c0930000000fff);
        bare.enter(Ring::R0);
    }
    bare.set_gate(0x30, DeviceMachine::handlers + 0x300, 0);
    bare.put(DeviceMachine::handlers + 0x300, DeviceCode{}.iret());
}

struct Reference {
    std::vector<u64> by_insn; // of the first state with so many retired
    std::vector<u64> by_tick;
    std::vector<trace::Event> events;
    u64 interrupts = 0;
    u64 transfers = 0;
    u64 sleeps = 0;
};

Reference step_through(u32 seed) {
    DeviceMachine bare;
    set_up(bare, seed);
    Machine& machine = bare.machine;
    Listener heard;
    machine.set_sink(&heard);
    Reference reference;
    reference.by_insn.push_back(machine.state_hash());
    reference.by_tick.push_back(machine.state_hash());
    while (!machine.end() && machine.ticks() < most_ticks) {
        u64 const slept = machine.device_time() - machine.insns();
        machine.step();
        reference.sleeps += machine.device_time() - machine.insns() != slept ? 1U : 0U;
        u64 const hash = machine.state_hash();
        if (machine.ticks() == reference.by_tick.size()) {
            reference.by_tick.push_back(hash);
        }
        if (machine.insns() == reference.by_insn.size()) {
            reference.by_insn.push_back(hash);
        }
    }
    reference.interrupts = heard.all<trace::Irq>().size();
    reference.transfers = heard.all<trace::Dma>().size();
    reference.events = std::move(heard.events);
    return reference;
}

void check_free_runs(u32 seed, Reference const& reference, u64 distance) {
    DeviceMachine bare;
    set_up(bare, seed);
    Machine& machine = bare.machine;
    Ram::Image const memory = machine.ram().take_image();
    MachineState const start = machine.save();
    for (u64 insn = 0; insn < reference.by_insn.size(); insn += distance) {
        machine.ram().restore_image(memory);
        machine.restore(start);
        machine.run_until_insn(insn);
        CAPTURE(insn);
        REQUIRE(machine.insns() == insn);
        REQUIRE(machine.state_hash() == reference.by_insn[insn]);
    }
}

void check_going_back(u32 seed, Reference const& reference) {
    DeviceMachine bare;
    set_up(bare, seed);
    Machine& machine = bare.machine;
    History history{machine};
    Listener heard;
    machine.set_sink(&heard);
    history.take_keyframe();
    u64 const last = reference.by_tick.size() - 1;
    for (u64 tick = 251; tick < last; tick += 251) {
        machine.run_until_tick(tick);
        history.take_keyframe();
    }
    machine.run_until_tick(last);
    machine.set_sink(nullptr);
    REQUIRE(heard.events.size() == reference.events.size());
    for (std::size_t i = 0; i < heard.events.size(); ++i) {
        CAPTURE(i);
        REQUIRE(trace::kind_name(heard.events[i]) == trace::kind_name(reference.events[i]));
        REQUIRE(heard.events[i].tick == reference.events[i].tick);
        REQUIRE(heard.events[i].insn == reference.events[i].insn);
        REQUIRE(heard.events[i].ip == reference.events[i].ip);
    }
    for (u64 tick = last + 1; tick-- > 0;) {
        history.go_to_tick(tick);
        CAPTURE(tick);
        REQUIRE(machine.ticks() == tick);
        REQUIRE(machine.state_hash() == reference.by_tick[tick]);
    }
}

void check_programs(u32 first_seed, u32 count, u64 distance) {
    u64 interrupts = 0;
    u64 transfers = 0;
    u64 sleeps = 0;
    for (u32 seed = first_seed; seed < first_seed + count; ++seed) {
        CAPTURE(seed);
        Reference const reference = step_through(seed);
        check_free_runs(seed, reference, distance);
        check_going_back(seed, reference);
        interrupts += reference.interrupts;
        transfers += reference.transfers;
        sleeps += reference.sleeps;
    }
    MESSAGE(interrupts, " interrupts, ", transfers, " transfers, ", sleeps, " sleeps");
    CHECK(interrupts > 4 * count);
    CHECK(transfers > count);
    CHECK(sleeps > count);
}

} // namespace

TEST_CASE("random programs with devices: stepped, run freely, gone back to") {
    check_programs(1, 4, 17);
}

TEST_CASE("slow: every instruction number and every tick of random programs with devices" *
          doctest::skip()) {
    check_programs(100, 4, 1);
}

TEST_CASE("whole: of many of them" * doctest::skip()) {
    check_programs(104, 40, 1);
}

} // namespace ringside
