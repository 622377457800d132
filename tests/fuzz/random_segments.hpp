#pragma once
// A small machine whose tables, TSS, stacks and registers are the fuzzer's bytes.
#include "tests/fuzz/input.hpp"
#include "tests/seg/world.hpp"

namespace ringside::fuzz {

// Cuts the input into a world and what is left over for the question asked of it.
[[nodiscard]] inline seg::test::World any_world(Input& input) {
    seg::test::World world{static_cast<Ring>(input.below(4))};
    if (input.below(4) == 0) {
        world.enter_long_mode();
    }
    world.control.rflags = input.number(4) | 2;
    world.state.idtr.limit = static_cast<u16>(input.number(2));
    world.state.gdtr.limit = static_cast<u16>(input.number(2));
    world.state.tr.limit = static_cast<u32>(input.number(1));
    world.control.sp = input.number(2);
    if (input.below(4) == 0) {
        world.memory.take_away(input.below(16));
    }
    if (input.below(4) == 0) {
        world.memory.make_read_only(input.below(16));
    }
    // Pairs of place and word, laid over the tables.
    for (u64 count = input.below(48); count > 0; --count) {
        u64 const place = input.number(2) & 0xfff8U;
        world.memory.put(place, 8, input.number(8));
    }
    return world;
}

// A record that faulted changes nothing; one that did not can be committed.
template <class Record>
void settle(seg::test::World& world, Record const& record, bool pushed_before_fault = false) {
    if (!record.outcome) {
        must(record.writes.empty() || pushed_before_fault, "a record that faulted lists no writes");
        must(record.outcome.error().rule != nullptr ||
                 record.outcome.error().vector == ExceptionVector::PF,
             "every refusal names its rule");
    }
    seg::commit(record.writes, world.memory);
}

} // namespace ringside::fuzz
