// Random IDTs, gates, stacks and TSSs: interrupts and exceptions, far transfers and returns.
#include "seg/far_transfer.hpp"
#include "seg/interrupt_delivery.hpp"
#include "seg/interrupt_return.hpp"
#include "tests/fuzz/random_segments.hpp"

extern "C" int LLVMFuzzerTestOneInput(ringside::u8 const* bytes, std::size_t size) {
    using namespace ringside;
    using namespace ringside::fuzz;
    Input input{bytes, size};
    seg::test::World world = any_world(input);
    seg::Selector const selector{static_cast<u16>(input.number(2))};
    u64 const offset = input.number(4);
    unsigned const operand_size = 2U << input.below(3);
    switch (input.below(5)) {
    case 0: {
        seg::InterruptRequest request;
        request.vector = static_cast<u8>(input.number(1));
        request.source = static_cast<seg::InterruptSource>(input.below(5));
        if (input.yes()) {
            request.error_code = static_cast<u32>(input.number(4));
        }
        settle(world, seg::deliver(world.state, world.memory, world.control, request));
        break;
    }
    case 1:
        settle(world, seg::far_jump(world.state, world.memory, world.control, selector, offset,
                                    operand_size));
        break;
    case 2: {
        auto const call =
            seg::far_call(world.state, world.memory, world.control, selector, offset, operand_size);
        settle(world, call, call.pushed_before_fault);
        break;
    }
    case 3:
        settle(world, seg::far_return(world.state, world.memory, world.control, operand_size,
                                      static_cast<u16>(offset)));
        break;
    default:
        settle(world,
               seg::interrupt_return(world.state, world.memory, world.control, operand_size));
    }
    return 0;
}
