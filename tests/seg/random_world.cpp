#include "tests/seg/random_world.hpp"

#include "core/x86/rflags.hpp"

#include <rapidcheck.h>

namespace ringside::seg::test {

u64 any_word() {
    return *rc::gen::arbitrary<u64>();
}
// Full-range integers even in small tests: a descriptor has no small values.
u64 any_below(u64 end) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<u64>(0, end));
}
Ring any_ring() {
    return static_cast<Ring>(any_below(4));
}

Selector any_selector() {
    // Mostly within the tables, now and then anywhere.
    u64 const raw = any_below(8) == 0 ? any_below(0x10000) : any_below(0x200);
    return Selector{static_cast<u16>(raw)};
}

u64 any_descriptor() {
    return any_word();
}

namespace {

// Fills whole tables from one word that RapidCheck draws: nothing in them is worth shrinking.
class Dice {
public:
    explicit Dice(u64 seed)
        : state_{seed} {}
    u64 word() {
        state_ += 0x9e3779b97f4a7c15; // splitmix64
        u64 mixed = (state_ ^ (state_ >> 30U)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31U);
    }
    bool one_in(u64 chances) { return word() % chances == 0; }

    // A descriptor that has a chance: present more often than not, a base that leads into memory.
    u64 descriptor() {
        u64 raw = word();
        if (!one_in(4)) {
            raw |= u64{present} << 40U;
        }
        if (!one_in(4)) {
            raw &= ~(u64{0xff} << 56U | u64{0xffffff} << 16U); // base 0
        }
        return raw;
    }
    // A gate that has one: of a gate's type, with a selector within the tables.
    u64 gate() {
        u64 raw = descriptor();
        if (!one_in(4)) {
            u64 const type = one_in(2) ? 0x6 | (word() & 1U) : 0xe | (word() & 1U);
            raw = (raw & ~(u64{0x1f} << 40U)) | type << 40U;
        }
        if (!one_in(4)) {
            raw = (raw & ~(u64{0xffff} << 16U)) | (word() % 0x200) << 16U;
        }
        return raw;
    }

private:
    u64 state_;
};

} // namespace

// Random tables, a random TSS, random pages missing, and any flags.
World any_world() {
    World world{any_ring()};
    Dice dice{any_word()};
    for (u16 index = free_slot; index < 0x200; index = static_cast<u16>(index + 8)) {
        world.put(Selector{index}, dice.one_in(3) ? dice.gate() : dice.descriptor());
        world.put(Selector{static_cast<u16>(index | 4U)}, dice.descriptor());
    }
    for (unsigned vector = 0; vector < 256; ++vector) {
        world.put_gate(static_cast<u8>(vector), dice.gate());
    }
    for (Ring const ring : {Ring::R0, Ring::R1, Ring::R2}) {
        if (dice.one_in(4)) {
            world.put_stack(ring, any_selector(), static_cast<u32>(dice.word()));
        }
    }
    if (any_below(4) == 0) {
        world.memory.take_away(any_below(16));
    }
    if (any_below(4) == 0) {
        world.memory.make_read_only(any_below(16));
    }
    if (any_below(8) == 0) {
        world.enter_long_mode();
    }
    world.state.idtr.limit = static_cast<u16>(any_below(0x1000));
    if (dice.one_in(4)) {
        world.state.tr.limit = static_cast<u32>(any_below(0x68));
    }
    world.control.rflags = (any_word() & 0x3f7fd7) | rflags::Fixed1;
    for (unsigned word = 0; word < 6; ++word) {
        world.push(any_below(2) == 0 ? any_selector().raw : dice.word() & 0x1ffff, 4);
    }
    return world;
}

} // namespace ringside::seg::test
