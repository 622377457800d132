// Far JMP, CALL and RET (SDM volume 3, section 6.8; volume 2 of each).
#include "core/x86/rflags.hpp"
#include "seg/far_transfer.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

namespace ringside::seg::test::far_transfer_test {
namespace {

using enum SegmentName;

constexpr u64 target = 0x6000;
constexpr Selector slot{free_slot};
constexpr Selector code_slot{free_slot + 8};

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

TEST_CASE("far jump: a code segment of the ring; the selector's RPL becomes CPL") {
    World world{Ring::R3};
    world.put(slot, flat(with_dpl(present | code_read, Ring::R3)));
    FarTransfer const record = jump(world, slot);
    REQUIRE(outcome_of(record) == "ok");
    ControlState const& to = record.outcome.value();
    CHECK(to.cs.selector.raw == (free_slot | 3));
    CHECK(to.ip == target);
    CHECK(to.sp == world.control.sp);
    CHECK(record.writes.size() == 1);                                     // the accessed bit
    CHECK(jump(world, slot, 0x12346000, 2).outcome.value().ip == 0x6000); // 16-bit operand
}

TEST_CASE("far call: pushes CS and the next instruction") {
    World world{Ring::R0};
    FarTransfer const record = call(world, code_of(Ring::R0));
    REQUIRE(outcome_of(record) == "ok");
    ControlState const& to = record.outcome.value();
    CHECK(to.sp == world.control.sp - 8);
    commit(record.writes, world.memory);
    CHECK(world.top(0, 4, to) == world.control.ip);
    CHECK(world.top(1, 4, to) == world.control.cs.selector.raw);
}

TEST_CASE("far jump and call: every refusal of a direct target") {
    auto const both = [](Ring cpl, Selector selector, SegmentDescriptor code) {
        World world{cpl};
        world.put(slot, code);
        std::string const by_jump = outcome_of(jump(world, selector));
        CHECK(outcome_of(call(world, selector)) == by_jump);
        return by_jump;
    };
    SegmentDescriptor const good = flat(with_dpl(present | code_read, Ring::R1));
    CHECK(both(Ring::R1, slot, good) == "ok");
    CHECK(both(Ring::R1, Selector{2}, good) == "#GP(0x0) far.null");
    CHECK(both(Ring::R1, Selector{0xfff8}, good) == "#GP(0xfff8) table.limit");
    CHECK(both(Ring::R1, slot, flat(present | data_write)) == "#GP(0x80) far.type");
    CHECK(both(Ring::R1, Selector{free_slot | 2}, good) == "#GP(0x80) code.rpl");
    CHECK(both(Ring::R2, slot, good) == "#GP(0x80) code.dpl");
    CHECK(both(Ring::R0, slot, good) == "#GP(0x80) code.dpl");
    CHECK(both(Ring::R0, slot, flat(with_dpl(present | code_conforming, Ring::R1))) ==
          "#GP(0x80) code.conforming.dpl");
    CHECK(both(Ring::R2, slot, flat(with_dpl(present | code_conforming, Ring::R1))) == "ok");
    CHECK(both(Ring::R1, slot, flat(with_dpl(code_read, Ring::R1))) == "#NP(0x80) code.present");
    CHECK(both(Ring::R1, slot,
               descriptor(0, target - 1, with_dpl(present | code_read, Ring::R1), big)) ==
          "#GP(0x0) code.limit");
}

TEST_CASE("far jump and call: of the system descriptors only call gates and tasks are targets") {
    for (unsigned type = 0; type < 16; ++type) {
        World world{Ring::R0};
        world.put(slot, gate(code_of(Ring::R0), 0x5000, static_cast<u8>(present | type)));
        INFO("type ", type);
        std::string expected = "#GP(0x80) far.type";
        if (type == 4 || type == 12) {
            expected = "ok";
        } else if (type == 1 || type == 9) {
            expected = "#GP(0x80) task.deferred";
        } else if (type == 3 || type == 11) {
            expected = "#GP(0x80) task.available";
        } else if (type == 5) { // its TSS is code
            expected = "#GP(0x8) task.available";
        }
        CHECK(outcome_of(jump(world, slot)) == expected);
        CHECK(outcome_of(call(world, slot)) == expected);
    }
}

TEST_CASE("far call: a CALL that finds its target beyond the limit leaves its pushes, a JMP none") {
    World world{Ring::R0};
    world.put(slot, descriptor(0, target - 1, present | code_read, big));
    FarTransfer const record = call(world, slot);
    CHECK(describe(record.outcome) == "#GP(0x0) code.limit");
    CHECK(record.pushed_before_fault);
    REQUIRE(record.writes.size() == 2);
    CHECK(record.writes[1].address.value() == world.control.sp - 8);
    CHECK(faulted_without_writes(jump(world, slot)));
}

TEST_CASE("far call: a stack without room is #SS(0)") {
    World world{Ring::R0};
    world.control.ss =
        loaded_segment(data_of(Ring::R0), descriptor(0, 0x7fff, present | data_down, big));
    world.control.sp = 0x8007;
    CHECK(outcome_of(call(world, code_of(Ring::R0))) == "#SS(0x0) stack.room");
}

TEST_CASE("task: the privilege, presence and place of a task gate and a TSS") {
    World world{Ring::R3};
    world.put(slot, descriptor(tss_base, 0x67, present | 9, 0));
    CHECK(outcome_of(jump(world, slot)) == "#GP(0x80) task.dpl");
    world.put(slot, gate(code_slot, 0, with_dpl(5, Ring::R3)));
    CHECK(outcome_of(jump(world, slot)) == "#NP(0x80) task.gate.present");
    world.put(slot, gate(Selector{free_slot | 4}, 0, with_dpl(present | 5, Ring::R3)));
    CHECK(outcome_of(jump(world, slot)) == "#GP(0x84) task.gdt");
    world.put(slot, gate(Selector{0xfff8}, 0, with_dpl(present | 5, Ring::R3)));
    CHECK(outcome_of(jump(world, slot)) == "#GP(0xfff8) table.limit");
    world.put(slot, gate(tss_selector, 0, with_dpl(present | 5, Ring::R3)));
    CHECK(outcome_of(jump(world, slot)) == "#GP(0x48) task.available"); // it is running
    world.put(code_slot, descriptor(tss_base, 0x67, 9, 0));
    world.put(slot, gate(code_slot, 0, with_dpl(present | 5, Ring::R3)));
    CHECK(outcome_of(jump(world, slot)) == "#NP(0x88) task.present");
    world.put(code_slot, descriptor(tss_base, 0x67, present | 9, 0));
    FarTransfer const record = jump(world, slot);
    CHECK(record.task_switch);
    CHECK(record.task == code_slot);
    CHECK(describe(record.outcome) == "#GP(0x88) task.deferred");
}

TEST_CASE("far return: to the same ring, and to an outer one with its stack") {
    World world{Ring::R0};
    world.push(code_of(Ring::R0).raw, 4);
    world.push(target, 4);
    FarTransfer const same = ret(world, 4, 6);
    REQUIRE(outcome_of(same) == "ok");
    CHECK(same.outcome.value().sp == world.control.sp + 8 + 6);
    World outward{Ring::R0};
    outward.state[DS] = loaded_segment(data_of(Ring::R0), flat(present | data_write));
    outward.push(data_of(Ring::R3).raw, 4);
    outward.push(0xb000, 4);
    outward.push(code_of(Ring::R3).raw, 4);
    outward.push(target, 4);
    FarTransfer const outer = ret(outward);
    REQUIRE(outcome_of(outer) == "ok");
    CHECK(outer.outcome.value().cpl == Ring::R3);
    CHECK(outer.outcome.value().sp == 0xb000);
    CHECK(outer.nulled.size() == 1);
}

TEST_CASE("far return: every refusal") {
    auto const back = [](Ring cpl, Selector cs, SegmentDescriptor code) {
        World world{cpl};
        world.put(slot, code);
        world.push(cs.raw, 4);
        world.push(target, 4);
        return outcome_of(ret(world));
    };
    SegmentDescriptor const good = flat(present | code_read);
    CHECK(back(Ring::R0, slot, good) == "ok");
    CHECK(back(Ring::R0, Selector{1}, good) == "#GP(0x0) code.null");
    CHECK(back(Ring::R0, slot, flat(present | data_read)) == "#GP(0x80) code.type");
    CHECK(back(Ring::R2, slot, good) == "#GP(0x80) return.rpl");
    CHECK(back(Ring::R0, slot, flat(with_dpl(present | code_read, Ring::R3))) ==
          "#GP(0x80) return.dpl");
    CHECK(back(Ring::R0, slot, flat(with_dpl(present | code_conforming, Ring::R3))) ==
          "#GP(0x80) return.conforming.dpl");
    CHECK(back(Ring::R0, slot, flat(code_read)) == "#NP(0x80) code.present");
    CHECK(back(Ring::R0, slot, descriptor(0, target - 1, present | code_read, big)) ==
          "#GP(0x0) code.limit");
    World short_stack{Ring::R0};
    short_stack.control.ss.limit = static_cast<u32>(short_stack.control.sp) + 6;
    CHECK(outcome_of(ret(short_stack)) == "#SS(0x0) stack.holds");
}

TEST_CASE("far transfers: real and virtual-8086 mode make the segment from the selector") {
    for (bool const v86 : {false, true}) {
        World world{v86 ? Ring::R3 : Ring::R0};
        world.state.protection = v86;
        world.control.cs.limit = 0xffff;
        world.control.rflags |= v86 ? rflags::VM : 0;
        apply(world.control, world.state);
        FarTransfer const record = call(world, Selector{0x600}, 0x123, 2);
        REQUIRE(outcome_of(record) == "ok");
        CHECK(record.outcome.value().cs.base == 0x6000);
        CHECK(outcome_of(jump(world, Selector{0x600}, 0x10000, 4)) == "#GP(0x0) code.limit");
        commit(record.writes, world.memory);
        u64 const ip = world.control.ip;
        u64 const sp = world.control.sp;
        world.control = record.outcome.value();
        ControlState const back = ret(world, 2).outcome.value();
        CHECK(back.ip == ip);
        CHECK(back.sp == sp);
        world.memory.put(world.control.sp, 4, 0x10000);
        CHECK(outcome_of(ret(world, 4)) == "#GP(0x0) code.limit");
    }
}

} // namespace
} // namespace ringside::seg::test::far_transfer_test
