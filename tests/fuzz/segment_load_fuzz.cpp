// Random descriptors: every way to load a segment register, LDTR and TR, and the questions LAR,
// LSL, VERR and VERW.
#include "seg/segment_load.hpp"
#include "tests/fuzz/random_segments.hpp"

extern "C" int LLVMFuzzerTestOneInput(ringside::u8 const* bytes, std::size_t size) {
    using namespace ringside;
    using namespace ringside::fuzz;
    Input input{bytes, size};
    seg::test::World world = any_world(input);
    for (unsigned loads = 0; loads < 4; ++loads) {
        seg::Selector const selector{static_cast<u16>(input.number(2))};
        switch (input.below(4)) {
        case 0:
            settle(world, seg::load_ldtr(world.state, world.memory, selector));
            break;
        case 1:
            settle(world, seg::load_tr(world.state, world.memory, selector));
            break;
        default: {
            auto const name = static_cast<seg::SegmentName>(input.below(6));
            auto const load =
                seg::load_segment(world.state, world.memory, world.control.rflags, name, selector);
            settle(world, load);
            if (load.outcome) {
                world.state[name] = load.outcome.value();
            }
        }
        }
    }
    return 0;
}
