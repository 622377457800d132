// Call gates, in protected and in long mode (SDM volume 3, sections 6.8.3 to 6.8.5).
#include "core/x86/rflags.hpp"
#include "seg/far_transfer.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

namespace ringside::seg::test::call_gate_test {
namespace {

using enum SegmentName;

constexpr u64 target = 0x6000;
constexpr Selector slot{free_slot};
constexpr Selector code_slot{free_slot + 8};
constexpr u8 call_gate = present | 0x0c;
constexpr u8 user_gate = with_dpl(call_gate, Ring::R3);

FarTransfer jump(World& world, Selector selector, u64 offset = target, unsigned size = 4) {
    return far_jump(world.state, world.memory, world.control, selector, offset, size);
}
FarTransfer call(World& world, Selector selector, u64 offset = target, unsigned size = 4) {
    return far_call(world.state, world.memory, world.control, selector, offset, size);
}
FarTransfer ret(World& world, unsigned size = 4, u16 release = 0) {
    return far_return(world.state, world.memory, world.control, size, release);
}
std::string outcome_of(FarTransfer const& record) {
    CHECK((record.outcome || record.writes.empty() || record.pushed_before_fault));
    return describe(record.outcome);
}

TEST_CASE("call gate: a CALL to an inner ring switches stacks and copies the parameters") {
    World world{Ring::R3};
    for (u64 const parameter : {0x33333333U, 0x22222222U, 0x11111111U}) {
        world.push(parameter, 4);
    }
    world.put(slot, gate(code_of(Ring::R0), target, user_gate, 3));
    FarTransfer const record = call(world, Selector{free_slot | 3}, 0xdead);
    REQUIRE(outcome_of(record) == "ok");
    ControlState const& to = record.outcome.value();
    CHECK(record.through_gate);
    CHECK(record.stack_switched);
    CHECK(to.cpl == Ring::R0);
    CHECK(to.ip == target); // the offset in the instruction is ignored
    CHECK(to.sp == stack_of(Ring::R0) - 28);
    commit(record.writes, world.memory);
    CHECK(world.top(0, 4, to) == world.control.ip);
    CHECK(world.top(1, 4, to) == world.control.cs.selector.raw);
    CHECK(world.top(2, 4, to) == 0x11111111);
    CHECK(world.top(4, 4, to) == 0x33333333);
    CHECK(world.top(5, 4, to) == world.control.sp);
    CHECK(world.top(6, 4, to) == world.control.ss.selector.raw);

    // The way back: RETF 12 releases the parameters from both stacks.
    apply(to, world.state);
    u64 const caller_sp = world.control.sp;
    world.control = to;
    FarTransfer const back = ret(world, 4, 12);
    REQUIRE(outcome_of(back) == "ok");
    CHECK(back.outcome.value().cpl == Ring::R3);
    CHECK(back.outcome.value().sp == caller_sp + 12);
}

TEST_CASE("call gate: a 16-bit gate pushes words; the same ring copies no parameters") {
    World world{Ring::R0};
    world.put(slot, gate(code_of(Ring::R0), target, present | 4, 5));
    FarTransfer const record = call(world, slot);
    REQUIRE(outcome_of(record) == "ok");
    CHECK(record.outcome.value().sp == world.control.sp - 4);
}

TEST_CASE("call gate: its DPL, its presence, its target, in the manual's order") {
    auto const through = [](Ring cpl, Selector selector, u8 access, SegmentDescriptor code) {
        World world{cpl};
        world.put(slot, gate(code_slot, target, access));
        world.put(code_slot, code);
        return outcome_of(call(world, selector));
    };
    SegmentDescriptor const inner = flat(present | code_read);
    CHECK(through(Ring::R3, Selector{free_slot | 3}, user_gate, inner) == "ok");
    CHECK(through(Ring::R3, slot, with_dpl(call_gate, Ring::R2), inner) ==
          "#GP(0x80) call-gate.cpl");
    CHECK(through(Ring::R1, Selector{free_slot | 3}, with_dpl(call_gate, Ring::R2), inner) ==
          "#GP(0x80) call-gate.rpl");
    CHECK(through(Ring::R3, slot, with_dpl(0x0c, Ring::R3), inner) ==
          "#NP(0x80) call-gate.present");
    CHECK(through(Ring::R3, slot, user_gate, flat(present | data_read)) == "#GP(0x88) code.type");
    CHECK(through(Ring::R0, slot, user_gate, flat(with_dpl(present | code_read, Ring::R1))) ==
          "#GP(0x88) code.inner");
    CHECK(through(Ring::R3, slot, user_gate, flat(code_read)) == "#NP(0x88) code.present");
}

TEST_CASE("call gate: a JMP through it stays in its ring, a CALL goes inward") {
    World world{Ring::R3};
    world.put(slot, gate(code_of(Ring::R0), target, user_gate));
    CHECK(outcome_of(jump(world, slot)) == "#GP(0x8) code.dpl");
    CHECK(outcome_of(call(world, slot)) == "ok");
    world.put(code_slot, flat(present | code_conforming));
    world.put(slot, gate(code_slot, target, user_gate));
    FarTransfer const record = jump(world, slot);
    REQUIRE(outcome_of(record) == "ok");
    CHECK(record.outcome.value().cpl == Ring::R3);
}

TEST_CASE("call gate: the inner stack is checked as an interrupt's is") {
    World world{Ring::R3};
    world.put(slot, gate(code_of(Ring::R1), target, user_gate, 2));
    world.put_stack(Ring::R1, data_of(Ring::R0), 0x8000);
    CHECK(outcome_of(call(world, slot)) == "#TS(0x10) stack.rpl");
    world.put_stack(Ring::R1, data_of(Ring::R1), 0x9800);
    world.state.tr.limit = 0x10;
    CHECK(outcome_of(call(world, slot)) == "#TS(0x48) tss.limit");
    world.state.tr.limit = 0x67;
    world.control.ss.limit = static_cast<u32>(world.control.sp) + 6; // the second parameter
    CHECK(outcome_of(call(world, slot)) == "#SS(0x0) stack.holds");
}

TEST_CASE("long mode: call gates are 16 bytes, go to 64-bit code, and there are no tasks") {
    World world{Ring::R3};
    world.enter_long_mode();
    world.put(slot, gate(code_of(Ring::R0), target, user_gate));
    world.put(code_slot, 0);
    FarTransfer const record = call(world, slot);
    REQUIRE(outcome_of(record) == "ok");
    CHECK(record.outcome.value().sp == stack_of(Ring::R0) - 32);
    CHECK_FALSE(record.outcome.value().ss.usable);
    world.put(code_slot, u64{1} << 40U);
    CHECK(outcome_of(call(world, slot)) == "#GP(0x80) call-gate.upper");
    world.put(code_slot, 0x8000);
    CHECK(describe(call(world, slot).outcome) == "#GP(0x0) code.canonical");
    world.put(slot, gate(code_of(Ring::R0), target, with_dpl(present | 4, Ring::R3)));
    CHECK(outcome_of(call(world, slot)) == "#GP(0x80) far.type"); // no 16-bit gates
    world.put(slot, descriptor(tss_base, 0x67, with_dpl(present | 9, Ring::R3), 0));
    CHECK(outcome_of(call(world, slot)) == "#GP(0x80) far.task.long");
    world.put(slot, flat(with_dpl(present | code_read, Ring::R3), big | long_code));
    CHECK(outcome_of(jump(world, slot)) == "#GP(0x80) code.l-and-d");
    // Into compatibility mode: the limit counts again.
    world.put(slot, descriptor(0, 0xfff, with_dpl(present | code_read, Ring::R3), big));
    CHECK(outcome_of(jump(world, slot)) == "#GP(0x0) code.limit");
    world.control.sp = 0x800000000004;
    CHECK(outcome_of(call(world, code_of(Ring::R3))) == "#SS(0x0) stack.canonical");
}

} // namespace
} // namespace ringside::seg::test::call_gate_test
