// Hardware task switches (SDM volume 3, section 8.3).
#include "core/x86/rflags.hpp"
#include "seg/task_switch.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

namespace ringside::seg::test::task_switch_test {
namespace {

using enum TaskSwitchCause;

constexpr Selector other{free_slot};
constexpr u64 other_tss = 0x6000;
constexpr u8 available = present | 0x09;
constexpr u8 busy = present | 0x0b;

// A second task in ring 3: general registers 0x100..0x107, ESP on ring 3's stack.
World two_tasks(u8 type = available) {
    World world{Ring::R0};
    world.put(other, descriptor(other_tss, 0x67, type, 0));
    auto const field = [&](u64 offset, u64 value) {
        world.memory.put(other_tss + offset, 4, value);
    };
    field(0x1c, 0x9000);
    field(0x20, 0x7777);
    field(0x24, rflags::Fixed1 | rflags::IF);
    for (unsigned index = 0; index < 8; ++index) {
        field(0x28 + index * 4, 0x100 + index);
    }
    field(0x38, stack_of(Ring::R3));
    for (unsigned index = 0; index < 6; ++index) {
        field(0x48 + index * 4, data_of(Ring::R3).raw);
    }
    field(0x4c, code_of(Ring::R3).raw);
    field(0x60, ldt_selector.raw);
    return world;
}

TaskRegisters running() {
    TaskRegisters now;
    now.general = {1, 2, 3, 4, 5, 6, 7, 8};
    now.eip = 0x1234;
    now.eflags = static_cast<u32>(rflags::Fixed1 | rflags::NT | rflags::ZF);
    return now;
}

TaskSwitch switch_to(World& world, TaskSwitchCause cause, Selector task = other) {
    return switch_task(world.state, world.memory, running(), cause, task);
}
std::string outcome_of(World& world, TaskSwitchCause cause, Selector task = other) {
    TaskSwitch const record = switch_to(world, cause, task);
    CHECK((record.outcome || record.writes.empty()));
    return describe(record.outcome);
}
u8 type_of(World const& world, Selector tss) {
    return SegmentDescriptor{world.memory.get(gdt_base + tss.index() * 8U, 8)}.type();
}

TEST_CASE("task switch: JMP saves the old task, takes the new one, and only that is busy") {
    World world = two_tasks();
    TaskSwitch const record = switch_to(world, Jump);
    REQUIRE(describe(record.outcome) == "ok");
    commit(record.writes, world.memory);
    CHECK(world.memory.get(tss_base + 0x20, 4) == 0x1234);
    CHECK(world.memory.get(tss_base + 0x24, 4) == running().eflags);
    CHECK(world.memory.get(tss_base + 0x28, 4) == 1);
    CHECK(world.memory.get(tss_base + 0x44, 4) == 8);
    CHECK(world.memory.get(tss_base + 0x4c, 2) == code_of(Ring::R0).raw);
    CHECK(type_of(world, tss_selector) == 0x9);
    CHECK(type_of(world, other) == 0xb);
    CHECK(record.registers.eip == 0x7777);
    CHECK(record.registers.general[7] == 0x107);
    CHECK(record.registers.cr3 == 0x9000U);
    CHECK((record.registers.eflags & rflags::NT) == 0);
    CHECK(record.outcome.value().tr.selector == other);
    CHECK_FALSE(record.debug_trap);

    TaskSegments const segments = load_task_segments(record.outcome.value(), world.memory, record);
    REQUIRE(describe(segments.outcome) == "ok");
    CHECK(segments.loaded.cpl == Ring::R3);
    CHECK(segments.loaded[SegmentName::CS].usable);
    CHECK(segments.loaded[SegmentName::SS].selector == data_of(Ring::R3));
    CHECK(segments.loaded.ldtr.base == ldt_base);
    CHECK(segments.esp == stack_of(Ring::R3));
}

TEST_CASE("task switch: CALL and INT nest: both tasks busy, a back link, NT set") {
    for (TaskSwitchCause const cause : {Call, Interrupt}) {
        World world = two_tasks();
        TaskSwitch const record = switch_to(world, cause);
        REQUIRE(describe(record.outcome) == "ok");
        commit(record.writes, world.memory);
        CHECK(world.memory.get(other_tss, 2) == tss_selector.raw);
        CHECK(type_of(world, tss_selector) == 0xb);
        CHECK(type_of(world, other) == 0xb);
        CHECK((record.registers.eflags & rflags::NT) != 0);
    }
}

TEST_CASE("task switch: IRET follows the link, and leaves the old task available without NT") {
    World world = two_tasks(busy);
    world.memory.put(tss_base, 2, other.raw);
    TaskSwitch const record = switch_to(world, Return, Selector{0xdead});
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.task == other);
    commit(record.writes, world.memory);
    CHECK((world.memory.get(tss_base + 0x24, 4) & rflags::NT) == 0);
    CHECK(type_of(world, tss_selector) == 0x9);
    CHECK(type_of(world, other) == 0xb);
}

TEST_CASE("task switch: refusals of the TSS: place, table, busy, presence, limit") {
    World world = two_tasks();
    CHECK(outcome_of(world, Jump, Selector{free_slot | 4}) == "#GP(0x84) task.gdt");
    CHECK(outcome_of(world, Jump, Selector{0xfff8}) == "#GP(0xfff8) table.limit");
    CHECK(outcome_of(world, Call, tss_selector) == "#GP(0x48) task.available");
    world.memory.put(tss_base, 2, other.raw); // IRET's #TS
    CHECK(outcome_of(world, Return) == "#TS(0x80) task.busy");
    world.memory.put(tss_base, 2, 0);
    CHECK(outcome_of(world, Return) == "#TS(0x0) task.gdt");
    world.put(other, descriptor(other_tss, 0x67, available & ~present, 0));
    CHECK(outcome_of(world, Jump) == "#NP(0x80) task.present");
    world.put(other, descriptor(other_tss, 0x66, available, 0));
    CHECK(outcome_of(world, Jump) == "#TS(0x80) task.limit");
    world.put(other, descriptor(other_tss, 0x2b, present | 1, 0));
    CHECK(outcome_of(world, Jump) == "ok");
    world.put(other, descriptor(other_tss, 0x2a, present | 1, 0));
    CHECK(outcome_of(world, Jump) == "#TS(0x80) task.limit");
    world.put(other, descriptor(other_tss, 0x67, available, 0));
    world.state.tr.limit = 0x5e;
    CHECK(outcome_of(world, Jump) == "#TS(0x48) task.old.limit");
}

TEST_CASE("task switch: a TSS that is not mapped is #PF, before anything is written") {
    for (u64 const page : {other_tss >> 12U, tss_base >> 12U, gdt_base >> 12U}) {
        World world = two_tasks();
        world.memory.make_read_only(page);
        INFO("page ", page);
        bool const written = page != other_tss >> 12U; // a JMP only reads the new TSS
        CHECK((describe(switch_to(world, Jump).outcome) == "#PF(0x3)") == written);
        CHECK(outcome_of(world, Call) == "#PF(0x3)"); // a CALL links it
        world.memory.take_away(page);
        CHECK(outcome_of(world, Call).starts_with("#PF("));
    }
}

TEST_CASE("task switch: a 16-bit TSS has words, no FS, no GS and no CR3") {
    World world{Ring::R0};
    world.put(other, descriptor(other_tss, 0x2b, present | 1, 0));
    auto const field = [&](u64 offset, u64 value) {
        world.memory.put(other_tss + offset, 2, value);
    };
    field(0x0e, 0x4321);
    field(0x10, rflags::Fixed1);
    for (unsigned index = 0; index < 8; ++index) {
        field(0x12 + index * 2, 0x200 + index);
    }
    field(0x22, data_of(Ring::R0).raw);
    field(0x24, code_of(Ring::R0).raw);
    world.put(Selector{free_slot + 8}, flat(present | data_write, 0)); // B = 0: SP, not ESP
    field(0x26, free_slot + 8);
    field(0x28, data_of(Ring::R0).raw);
    TaskSwitch const record = switch_to(world, Jump);
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.tss16);
    CHECK(record.registers.eip == 0x4321);
    CHECK(record.registers.general[0] == 0xffff0200);
    CHECK_FALSE(record.registers.cr3.has_value());
    commit(record.writes, world.memory);
    TaskSegments const segments =
        load_task_segments(record.outcome.value(), world.memory, record, 0xabcd);
    REQUIRE(describe(segments.outcome) == "ok");
    CHECK_FALSE(segments.loaded[SegmentName::FS].usable);
    CHECK(segments.loaded[SegmentName::DS].usable);
    CHECK(segments.esp == 0xffff0204 - 2); // the error code is a word
    // And back: what was 16-bit is saved in words.
    World back = two_tasks();
    back.state.tr.descriptor = descriptor(tss_base, 0x2b, present | 3, 0);
    commit(switch_to(back, Jump).writes, back.memory);
    CHECK(back.memory.get(tss_base + 0x0e, 2) == 0x1234);
    CHECK(back.memory.get(tss_base + 0x20, 2) == 8); // DI
    CHECK(back.memory.get(tss_base + 0x24, 2) == code_of(Ring::R0).raw);
}

std::string segments_of(World& world, std::optional<u32> error_code = std::nullopt) {
    TaskSwitch const record = switch_to(world, Jump);
    REQUIRE(describe(record.outcome) == "ok");
    TaskSegments const segments =
        load_task_segments(record.outcome.value(), world.memory, record, error_code);
    CHECK((segments.outcome || segments.writes.empty()));
    return describe(segments.outcome);
}

TEST_CASE("task switch: the new task's segments are refused in the new task, as #TS") {
    Selector const slot{free_slot + 8};
    auto const with = [&](u64 field, u16 selector, SegmentDescriptor segment) {
        World world = two_tasks();
        world.put(slot, segment);
        world.memory.put(other_tss + field, 2, selector);
        return segments_of(world);
    };
    SegmentDescriptor const code = flat(present | code_read);
    SegmentDescriptor const data = flat(with_dpl(present | data_write, Ring::R3));
    u64 const ldt = 0x60;
    CHECK(with(ldt, 0, data) == "ok");
    CHECK(with(ldt, 0x54, data) == "#TS(0x54) task.ldt");
    CHECK(with(ldt, 0xfff8, data) == "#TS(0xfff8) table.limit");
    CHECK(with(ldt, slot.raw, data) == "#TS(0x88) task.ldt");
    CHECK(with(ldt, slot.raw, descriptor(0, 0, 2, 0)) == "#TS(0x88) task.ldt.present");
    u64 const cs = 0x4c;
    CHECK(with(cs, 3, code) == "#TS(0x0) code.null");
    CHECK(with(cs, slot.raw | 3, data) == "#TS(0x88) code.type");
    CHECK(with(cs, slot.raw | 3, code) == "#TS(0x88) task.code.dpl");
    CHECK(with(cs, slot.raw, flat(code_read)) == "#NP(0x88) code.present");
    u64 const ss = 0x50;
    CHECK(with(ss, 3, data) == "#TS(0x0) stack.null");
    CHECK(with(ss, slot.raw, data) == "#TS(0x88) stack.rpl");
    CHECK(with(ss, slot.raw | 3, flat(with_dpl(data_write, Ring::R3))) ==
          "#SS(0x88) stack.present");
    u64 const ds = 0x54;
    CHECK(with(ds, 0, data) == "ok");
    CHECK(with(ds, slot.raw | 3, flat(with_dpl(present | code_execute, Ring::R3))) ==
          "#TS(0x88) load.data.type");
    CHECK(with(ds, slot.raw, flat(present | data_write)) == "#TS(0x88) load.data.privilege");
    CHECK(with(ds, slot.raw | 3, flat(with_dpl(data_write, Ring::R3))) ==
          "#NP(0x88) load.data.present");
    CHECK(with(cs, slot.raw | 3,
               descriptor(0, 0x7776, with_dpl(present | code_read, Ring::R3), big)) ==
          "#GP(0x0) code.limit");
}

TEST_CASE("task switch: an error code needs room on the new stack") {
    World world = two_tasks();
    CHECK(segments_of(world, 0x10) == "ok");
    Selector const slot{free_slot + 8};
    world.put(slot, descriptor(0, 0xbfff, with_dpl(present | data_down, Ring::R3), big));
    world.memory.put(other_tss + 0x50, 2, slot.raw | 3U);
    CHECK(segments_of(world, 0x10) == "#SS(0x0) stack.room");
}

TEST_CASE("task switch: T asks for #DB, and VM makes a virtual-8086 task") {
    World world = two_tasks();
    world.memory.put(other_tss + 0x64, 2, 1);
    world.memory.put(other_tss + 0x24, 4, rflags::Fixed1 | rflags::VM);
    TaskSwitch const record = switch_to(world, Jump);
    CHECK(record.debug_trap);
    TaskSegments const segments = load_task_segments(record.outcome.value(), world.memory, record);
    REQUIRE(describe(segments.outcome) == "ok");
    CHECK(segments.loaded.cpl == Ring::R3);
    CHECK(segments.loaded[SegmentName::CS].base == u64{code_of(Ring::R3).raw} * 16);
}

} // namespace
} // namespace ringside::seg::test::task_switch_test
