// Random task-state segments: the switch, and the loads that follow it in the new task.
#include "seg/task_switch.hpp"
#include "tests/fuzz/random_segments.hpp"

extern "C" int LLVMFuzzerTestOneInput(ringside::u8 const* bytes, std::size_t size) {
    using namespace ringside;
    using namespace ringside::fuzz;
    Input input{bytes, size};
    seg::test::World world = any_world(input);
    seg::TaskRegisters now;
    now.eflags = static_cast<u32>(world.control.rflags);
    auto const cause = static_cast<seg::TaskSwitchCause>(input.below(4));
    seg::Selector const task{static_cast<u16>(input.number(2))};
    auto const record = seg::switch_task(world.state, world.memory, now, cause, task, input.yes());
    settle(world, record);
    if (record.outcome) {
        auto const segments =
            seg::load_task_segments(record.outcome.value(), world.memory, record,
                                    input.yes() ? std::optional<u32>{7} : std::nullopt);
        settle(world, segments);
    }
    return 0;
}
