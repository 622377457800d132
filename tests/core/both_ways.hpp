#pragma once
// The law of the engine on one bare machine: run freely and by single steps, it ends in the same
// state and tells the same story.
#include "tests/core/bare_machine.hpp"

#include <doctest/doctest.h>

namespace ringside::tests {

// Runs a set-up machine both ways; both must end alike.
template <class SetUp>
void both_ways(Ring ring, SetUp set_up, void (*check)(BareMachine&, Listener&)) {
    BareMachine free_run{ring};
    set_up(free_run);
    Listener heard;
    free_run.machine.set_sink(&heard);
    free_run.machine.run_until_tick(100'000);

    BareMachine stepped{ring};
    set_up(stepped);
    Listener heard_stepping;
    stepped.machine.set_sink(&heard_stepping);
    while (!stepped.machine.end() && stepped.machine.ticks() < 100'000) {
        stepped.machine.step();
    }
    CHECK(free_run.machine.insns() == stepped.machine.insns());
    CHECK(free_run.machine.ticks() == stepped.machine.ticks());
    CHECK(free_run.machine.state_hash() == stepped.machine.state_hash());
    REQUIRE(heard.events.size() == heard_stepping.events.size());
    for (std::size_t i = 0; i < heard.events.size(); ++i) {
        CAPTURE(i);
        CHECK(trace::kind_name(heard.events[i]) == trace::kind_name(heard_stepping.events[i]));
        CHECK(heard.events[i].insn == heard_stepping.events[i].insn);
        CHECK(heard.events[i].ip == heard_stepping.events[i].ip);
    }
    check(free_run, heard);
    check(stepped, heard_stepping);
}

} // namespace ringside::tests
