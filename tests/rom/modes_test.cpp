// The ROM that goes through every mode and back: run freely and by single steps it is in the same
// states and tells the same story. test_modes.py compares what it prints with QEMU.
#include "tests/core/bare_machine.hpp"

#include <doctest/doctest.h>

namespace ringside::tests {
namespace {

MachineConfig rom() {
    MachineConfig config;
    config.rom = RINGSIDE_BINARY_DIR "/tests/rom/modes.rom";
    config.post_port = 0x190;
    config.ram_bytes = u64{16} << 20U;
    return config;
}

TEST_CASE("a ROM in every mode: a free run and single steps agree all the way") {
    Machine free_run{rom()};
    Machine stepped{rom()};
    Listener heard;
    Listener heard_stepping;
    free_run.set_sink(&heard);
    stepped.set_sink(&heard_stepping);
    constexpr u64 stride = 997;
    constexpr u64 enough = 1'000'000;
    while (!stepped.end() && stepped.ticks() < enough) {
        u64 const until = stepped.ticks() + stride;
        free_run.run_until_tick(until);
        while (!stepped.end() && stepped.ticks() < until) {
            stepped.step();
        }
        CAPTURE(until);
        REQUIRE(free_run.ticks() == stepped.ticks());
        REQUIRE(free_run.insns() == stepped.insns());
        REQUIRE(free_run.state_hash() == stepped.state_hash());
    }
    REQUIRE(stepped.end().has_value());
    CHECK(stepped.end()->kind == EndKind::Exited);
    CHECK(free_run.end().has_value());
    REQUIRE(heard.events.size() == heard_stepping.events.size());
    for (std::size_t i = 0; i < heard.events.size(); ++i) {
        CAPTURE(i);
        CHECK(trace::kind_name(heard.events[i]) == trace::kind_name(heard_stepping.events[i]));
        CHECK(heard.events[i].insn == heard_stepping.events[i].insn);
        CHECK(heard.events[i].ip == heard_stepping.events[i].ip);
    }
    // Two rounds: three under PAE paging, four in long mode.
    CHECK(heard.all<trace::PageFault>().size() == 2 * (3 + 4));
}

} // namespace
} // namespace ringside::tests
