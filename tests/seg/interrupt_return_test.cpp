// IRET (SDM volume 2, "IRET/IRETD/IRETQ").
#include "core/x86/rflags.hpp"
#include "seg/interrupt_return.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

namespace ringside::seg::test::interrupt_return_test {
namespace {

using enum SegmentName;

constexpr u64 target = 0x6000;

InterruptReturn iret(World& world, unsigned size = 4) {
    return interrupt_return(world.state, world.memory, world.control, size);
}
std::string outcome_of(World& world, unsigned size = 4) {
    InterruptReturn const record = iret(world, size);
    CHECK((record.outcome || (record.writes.empty() && record.nulled.empty())));
    return describe(record.outcome);
}
// A frame within the ring, or with the outer stack when one is given.
World with_frame(Ring cpl, Selector cs, u64 flags = rflags::Fixed1) {
    World world{cpl};
    world.push(flags, 4);
    world.push(cs.raw, 4);
    world.push(target, 4);
    return world;
}
World with_outer_frame(Selector cs, Selector ss, u64 sp = 0xb000) {
    World world{Ring::R0};
    world.push(ss.raw, 4);
    world.push(sp, 4);
    world.push(rflags::Fixed1 | rflags::IF, 4);
    world.push(cs.raw, 4);
    world.push(target, 4);
    return world;
}

TEST_CASE("IRET: to the same ring pops IP, CS and flags") {
    World world = with_frame(Ring::R0, code_of(Ring::R0), rflags::Fixed1 | rflags::ZF);
    InterruptReturn const record = iret(world);
    REQUIRE(describe(record.outcome) == "ok");
    ControlState const& to = record.outcome.value();
    CHECK(to.ip == target);
    CHECK(to.sp == world.control.sp + 12);
    CHECK(to.rflags == (rflags::Fixed1 | rflags::ZF));
    CHECK(record.popped.size() == 3);
    CHECK(record.nulled.empty());
}

TEST_CASE("IRET: to an outer ring pops SS:ESP and nulls what the ring may not hold") {
    World world = with_outer_frame(code_of(Ring::R3), data_of(Ring::R3));
    auto const segment = [](u8 access) { return loaded_segment(Selector{0x80}, flat(access)); };
    world.state[DS] = segment(present | data_write);                     // ring 0 data
    world.state[ES] = segment(with_dpl(present | data_write, Ring::R3)); // the ring's own
    world.state[FS] = segment(present | code_conforming);                // stays
    world.state[GS] = segment(with_dpl(present | code_read, Ring::R2));  // ring 2 code
    InterruptReturn const record = iret(world);
    REQUIRE(describe(record.outcome) == "ok");
    ControlState const& to = record.outcome.value();
    CHECK(to.cpl == Ring::R3);
    CHECK(to.ss.selector == data_of(Ring::R3));
    CHECK(to.sp == 0xb000);
    REQUIRE(record.nulled.size() == 2);
    CHECK(record.nulled[0] == GS);
    CHECK(record.nulled[1] == DS);
}

TEST_CASE("IRET: the code segment: null, table, type, ring, DPL, presence, limit") {
    Selector const slot{free_slot};
    auto const with_code = [&](Ring cpl, Selector cs, SegmentDescriptor code) {
        World world = with_frame(cpl, cs);
        world.put(slot, code);
        return outcome_of(world);
    };
    SegmentDescriptor const good = flat(present | code_read);
    CHECK(with_code(Ring::R0, slot, good) == "ok");
    CHECK(with_code(Ring::R0, Selector{2}, good) == "#GP(0x0) code.null");
    CHECK(with_code(Ring::R0, Selector{0xfff8}, good) == "#GP(0xfff8) table.limit");
    CHECK(with_code(Ring::R0, slot, flat(present | data_write)) == "#GP(0x80) code.type");
    CHECK(with_code(Ring::R1, slot, good) == "#GP(0x80) return.rpl");
    CHECK(with_code(Ring::R0, slot, flat(with_dpl(present | code_read, Ring::R1))) ==
          "#GP(0x80) return.dpl");
    CHECK(with_code(Ring::R0, slot, flat(with_dpl(present | code_conforming, Ring::R1))) ==
          "#GP(0x80) return.conforming.dpl");
    CHECK(with_code(Ring::R0, slot, flat(code_read)) == "#NP(0x80) code.present");
    CHECK(with_code(Ring::R0, slot, descriptor(0, target - 1, present | code_read, big)) ==
          "#GP(0x0) code.limit");
}

TEST_CASE("IRET: the outer stack: null, RPL, type, DPL, presence") {
    Selector const slot{free_slot | 3};
    auto const with_stack = [&](Selector ss, u8 access) {
        World world = with_outer_frame(code_of(Ring::R3), ss);
        world.put(slot, flat(access));
        return outcome_of(world);
    };
    u8 const good = with_dpl(present | data_write, Ring::R3);
    CHECK(with_stack(slot, good) == "ok");
    CHECK(with_stack(Selector{3}, good) == "#GP(0x0) stack.null");
    CHECK(with_stack(Selector{free_slot}, good) == "#GP(0x80) stack.rpl");
    CHECK(with_stack(slot, with_dpl(present | data_read, Ring::R3)) == "#GP(0x80) stack.writable");
    CHECK(with_stack(slot, with_dpl(present | data_write, Ring::R2)) == "#GP(0x80) stack.dpl");
    CHECK(with_stack(slot, with_dpl(data_write, Ring::R3)) == "#SS(0x80) stack.present");
}

TEST_CASE("IRET: a frame that the stack does not hold is #SS(0)") {
    World world = with_frame(Ring::R0, code_of(Ring::R0));
    auto const limit = static_cast<u32>(world.control.sp);
    world.control.ss.limit = limit + 11;
    CHECK(outcome_of(world) == "ok");
    world.control.ss.limit = limit + 10;
    CHECK(outcome_of(world) == "#SS(0x0) stack.holds");
    World outer = with_outer_frame(code_of(Ring::R3), data_of(Ring::R3));
    outer.control.ss.limit = static_cast<u32>(outer.control.sp) + 18;
    CHECK(outcome_of(outer) == "#SS(0x0) stack.holds");
}

TEST_CASE("IRET: which flags may change depends on the ring it leaves and on IOPL") {
    using namespace rflags;
    u64 const all = 0x3f7fd7 & ~(VM | NT); // every flag but those that change the mode
    for (unsigned cpl = 0; cpl < 4; ++cpl) {
        for (u64 iopl = 0; iopl < 4; ++iopl) {
            Ring const ring = static_cast<Ring>(cpl);
            World world = with_frame(ring, code_of(ring), all);
            world.control.rflags = Fixed1 | iopl << 12U;
            u64 const flags = iret(world).outcome.value().rflags;
            INFO("cpl ", cpl, " iopl ", iopl);
            CHECK(((flags & IF) != 0) == (cpl <= iopl));
            CHECK(rflags::iopl(flags) == (cpl == 0 ? 3 : iopl));
            CHECK(((flags & VIP) != 0) == (cpl == 0));
            CHECK((flags & (CF | ZF | TF | RF | ID | rflags::AC)) ==
                  (CF | ZF | TF | RF | ID | rflags::AC));
        }
    }
    World world{Ring::R0};
    world.push(all & 0xffff, 2);
    world.push(code_of(Ring::R0).raw, 2);
    world.push(target, 2);
    world.control.rflags = Fixed1 | RF | ID;
    u64 const flags = iret(world, 2).outcome.value().rflags;
    CHECK((flags & (RF | ID | CF)) == (RF | ID | CF)); // a 16-bit IRET leaves the upper half
}

TEST_CASE("IRET: with NT set it returns to another task; long mode has none") {
    World world = with_frame(Ring::R0, code_of(Ring::R0));
    world.control.rflags |= rflags::NT;
    InterruptReturn const record = iret(world);
    CHECK(record.task_return);
    CHECK(describe(record.outcome) == "#GP(0x0) task.deferred");
    World wide{Ring::R0};
    wide.enter_long_mode();
    wide.control.rflags |= rflags::NT;
    CHECK(outcome_of(wide, 8) == "#GP(0x0) iret.nt.long");
}

TEST_CASE("IRET: 64-bit mode pops SS:RSP always, a null SS outside ring 3 only") {
    auto const frame = [](Ring cpl, Selector cs, Selector ss, u64 ip) {
        World world{cpl};
        world.enter_long_mode();
        world.push(ss.raw, 8);
        world.push(0xb000, 8);
        world.push(rflags::Fixed1, 8);
        world.push(cs.raw, 8);
        world.push(ip, 8);
        return world;
    };
    World same = frame(Ring::R0, code_of(Ring::R0), Selector{0}, target);
    InterruptReturn const record = iret(same, 8);
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.outcome.value().sp == 0xb000);
    CHECK_FALSE(record.outcome.value().ss.usable);
    World outer = frame(Ring::R0, code_of(Ring::R3), data_of(Ring::R3), target);
    CHECK(outcome_of(outer, 8) == "ok");
    World null_stack = frame(Ring::R0, code_of(Ring::R3), Selector{3}, target);
    CHECK(outcome_of(null_stack, 8) == "#GP(0x0) stack.null64");
    World far_away = frame(Ring::R0, code_of(Ring::R3), data_of(Ring::R3), 0x800000000000);
    CHECK(outcome_of(far_away, 8) == "#GP(0x0) code.canonical");
    World both = frame(Ring::R0, Selector{free_slot}, Selector{0}, target);
    both.put(Selector{free_slot}, flat(present | code_read, big | long_code));
    CHECK(outcome_of(both, 8) == "#GP(0x80) code.l-and-d");
    World off_stack = frame(Ring::R0, code_of(Ring::R0), Selector{0}, target);
    off_stack.control.sp = 0x800000000000;
    CHECK(outcome_of(off_stack, 8) == "#SS(0x0) stack.canonical");
}

TEST_CASE("IRET: VM set in ring 0's frame goes to virtual-8086 mode with all segments") {
    World world{Ring::R0};
    for (unsigned const selector : {0x4444U, 0x3333U, 0x2222U, 0x1111U}) { // GS FS DS ES
        world.push(selector, 4);
    }
    world.push(0x5555, 4); // SS
    world.push(0x7777, 4); // SP
    world.push(rflags::Fixed1 | rflags::VM | rflags::IF, 4);
    world.push(0x6666, 4);
    world.push(0x1000, 4);
    InterruptReturn const record = iret(world);
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.to_virtual8086);
    ControlState const& to = record.outcome.value();
    CHECK(to.cpl == Ring::R3);
    CHECK(to.cs.base == 0x66660);
    CHECK(to.ss.base == 0x55550);
    CHECK(to.sp == 0x7777);
    CHECK(record.virtual8086_segments[0].base == 0x11110);
    CHECK(record.virtual8086_segments[3].base == 0x44440);
    world.memory.put(world.control.sp, 4, 0x10000);
    CHECK(outcome_of(world) == "#GP(0x0) iret.v86.ip");
    world.control.ss.limit = static_cast<u32>(world.control.sp) + 34;
    CHECK(outcome_of(world) == "#SS(0x0) stack.holds");
    // From ring 3 the bit means nothing: no way into VM86 but through ring 0.
    World user = with_frame(Ring::R3, code_of(Ring::R3), rflags::Fixed1 | rflags::VM);
    CHECK((iret(user).outcome.value().rflags & rflags::VM) == 0);
}

TEST_CASE("IRET: in virtual-8086 mode asks for IOPL 3 and keeps IOPL") {
    World world{Ring::R3};
    world.control.cs = virtual8086_segment(Selector{0});
    world.control.ss = virtual8086_segment(Selector{0});
    world.push(rflags::Fixed1, 2);
    world.push(0x0600, 2);
    world.push(0x100, 2);
    world.control.rflags = rflags::Fixed1 | rflags::VM | rflags::IOPL;
    apply(world.control, world.state);
    ControlState const to = iret(world, 2).outcome.value();
    CHECK(to.cs.base == 0x6000);
    CHECK((to.rflags & rflags::IOPL) == rflags::IOPL);
    CHECK((to.rflags & rflags::VM) != 0);
    world.control.rflags &= ~rflags::IOPL;
    CHECK(outcome_of(world, 2) == "#GP(0x0) v86.iopl");
}

TEST_CASE("IRET: real mode pops what INT pushed") {
    World world;
    world.state.protection = false;
    world.push(rflags::Fixed1 | rflags::CF, 2);
    world.push(0x0600, 2);
    world.push(0x100, 2);
    ControlState const to = iret(world, 2).outcome.value();
    CHECK(to.cs.base == 0x6000);
    CHECK(to.ip == 0x100);
    CHECK((to.rflags & rflags::CF) != 0);
}

} // namespace
} // namespace ringside::seg::test::interrupt_return_test
