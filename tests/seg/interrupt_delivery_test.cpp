// Interrupts and exceptions through the IDT (SDM volume 3, chapter 7; volume 2, "INT n").
#include "core/x86/rflags.hpp"
#include "seg/interrupt_delivery.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

namespace ringside::seg::test::interrupt_delivery_test {
namespace {

using enum SegmentName;

constexpr u8 vector = 0x80;
constexpr u8 interrupt_gate = present | 0x0e;
constexpr u8 trap_gate = present | 0x0f;
constexpr u8 user_gate = with_dpl(interrupt_gate, Ring::R3);
constexpr u32 handler = 0x6000;

InterruptDelivery interrupt(World& world, InterruptSource source = InterruptSource::Software,
                            std::optional<u32> error_code = std::nullopt) {
    return deliver(world.state, world.memory, world.control,
                   {.vector = vector, .source = source, .error_code = error_code});
}
std::string outcome_of(World& world, InterruptSource source = InterruptSource::Software) {
    InterruptDelivery const record = interrupt(world, source);
    CHECK((record.outcome || record.writes.empty()));
    return describe(record.outcome);
}

TEST_CASE("interrupt: INT 0x80 from ring 3 takes ring 0's stack from the TSS and pushes SS first") {
    World world{Ring::R3};
    world.put_gate(vector, gate(code_of(Ring::R0), handler, user_gate));
    InterruptDelivery const record = interrupt(world);
    REQUIRE(describe(record.outcome) == "ok");
    ControlState const& to = record.outcome.value();
    CHECK(record.stack_switched);
    CHECK(to.cpl == Ring::R0);
    CHECK(to.cs.selector == code_of(Ring::R0));
    CHECK(to.ss.selector == data_of(Ring::R0));
    CHECK(to.ip == handler);
    CHECK(to.sp == stack_of(Ring::R0) - 20);
    CHECK((to.rflags & rflags::IF) == 0);
    commit(record.writes, world.memory);
    CHECK(world.top(0, 4, to) == world.control.ip);
    CHECK(world.top(1, 4, to) == world.control.cs.selector.raw);
    CHECK(world.top(2, 4, to) == world.control.rflags);
    CHECK(world.top(3, 4, to) == world.control.sp);
    CHECK(world.top(4, 4, to) == world.control.ss.selector.raw);
    REQUIRE(record.new_stack.has_value());
    CHECK(record.new_stack->selector == data_of(Ring::R0));
    CHECK(record.writes.size() - record.first_push == 5);
}

TEST_CASE("interrupt: within a ring only flags, CS and IP are pushed, on the stack in use") {
    World world{Ring::R0};
    world.put_gate(vector, gate(code_of(Ring::R0), handler, trap_gate));
    InterruptDelivery const record = interrupt(world, InterruptSource::Exception, 0xabcd);
    REQUIRE(describe(record.outcome) == "ok");
    ControlState const& to = record.outcome.value();
    CHECK_FALSE(record.stack_switched);
    CHECK_FALSE(record.new_stack.has_value());
    CHECK(to.sp == world.control.sp - 16);
    CHECK((to.rflags & rflags::IF) != 0); // a trap gate leaves IF
    commit(record.writes, world.memory);
    CHECK(world.top(0, 4, to) == 0xabcd); // the error code lies on top
    CHECK(world.top(1, 4, to) == world.control.ip);
}

TEST_CASE("interrupt: a 16-bit gate pushes words and has 16 bits of offset") {
    World world{Ring::R3};
    world.put_gate(vector, gate(code_of(Ring::R0), 0xffff6000, with_dpl(present | 6, Ring::R3)));
    InterruptDelivery const record = interrupt(world);
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.outcome.value().ip == 0x6000);
    CHECK(record.outcome.value().sp == stack_of(Ring::R0) - 10);
}

TEST_CASE("interrupt: TF, NT, RF and VM are cleared, IF by interrupt gates only") {
    using namespace rflags;
    World world{Ring::R0};
    world.control.rflags |= TF | NT | RF | rflags::AC;
    for (u8 const type : {interrupt_gate, trap_gate}) {
        world.put_gate(vector, gate(code_of(Ring::R0), handler, type));
        u64 const flags = interrupt(world).outcome.value().rflags;
        CHECK((flags & (TF | NT | RF | VM)) == 0);
        CHECK((flags & rflags::AC) != 0);
        CHECK(((flags & IF) != 0) == (type == trap_gate));
    }
}

TEST_CASE("interrupt: RF is set in the image of the fault class, not of traps and aborts") {
    // SDM volume 3, table 6-1, column "Type"; #DB is by its cause one or the other.
    constexpr std::array faults{0, 5, 6, 7, 10, 11, 12, 13, 14, 16, 17, 19};
    for (u8 number = 0; number < 20; ++number) {
        CAPTURE(number);
        World world{Ring::R3};
        world.put_gate(number, gate(code_of(Ring::R0), handler, interrupt_gate));
        InterruptDelivery const record =
            deliver(world.state, world.memory, world.control,
                    {.vector = number, .source = InterruptSource::Exception});
        REQUIRE(describe(record.outcome) == "ok");
        commit(record.writes, world.memory);
        bool const resumes = (world.top(2, 4, record.outcome.value()) & rflags::RF) != 0;
        CHECK(resumes == (std::ranges::find(faults, number) != faults.end()));
    }
}

TEST_CASE("interrupt: a fault's image of the flags has RF set, an interrupt's has not") {
    World world{Ring::R0};
    u8 const ud = 6;
    world.put_gate(ud, gate(code_of(Ring::R0), handler, interrupt_gate));
    auto const image = [&](InterruptSource source) {
        auto const record =
            deliver(world.state, world.memory, world.control, {.vector = ud, .source = source});
        return record.writes[record.first_push].value;
    };
    CHECK((image(InterruptSource::Exception) & rflags::RF) != 0);
    CHECK((image(InterruptSource::Software) & rflags::RF) == 0);
    CHECK((image(InterruptSource::External) & rflags::RF) == 0);
}

TEST_CASE(
    "interrupt: the gate's checks, in the manual's order, with IDT and EXT in the error code") {
    World world{Ring::R3};
    world.state.idtr.limit = vector * 8 + 6;
    CHECK(outcome_of(world) == "#GP(0x402) idt.limit");
    CHECK(outcome_of(world, InterruptSource::External) == "#GP(0x403) idt.limit");
    world.state.idtr.limit = vector * 8 + 7;
    for (unsigned type = 0; type < 32; ++type) { // S and the type
        INFO("type ", type);
        world.put_gate(vector, gate(code_of(Ring::R0), handler,
                                    static_cast<u8>(with_dpl(present, Ring::R3) | type)));
        bool const is_gate = type == 6 || type == 7 || type == 14 || type == 15;
        std::string const expected = is_gate     ? "ok"
                                     : type == 5 ? "#GP(0x8) task.deferred"
                                                 : "#GP(0x402) gate.type";
        CHECK(outcome_of(world) == expected);
    }
    world.put_gate(vector, gate(code_of(Ring::R0), handler, with_dpl(interrupt_gate, Ring::R2)));
    CHECK(outcome_of(world) == "#GP(0x402) gate.dpl");
    CHECK(outcome_of(world, InterruptSource::SoftwareBreakpoint) == "#GP(0x402) gate.dpl");
    CHECK(outcome_of(world, InterruptSource::Exception) == "ok"); // only INT n asks for DPL
    CHECK(outcome_of(world, InterruptSource::ICEBP) == "ok");
    world.put_gate(vector, gate(code_of(Ring::R0), handler, with_dpl(0x0e, Ring::R3)));
    CHECK(outcome_of(world) == "#NP(0x402) gate.present");
    CHECK(outcome_of(world, InterruptSource::Exception) == "#NP(0x403) gate.present");
}

TEST_CASE("interrupt: the handler's code segment: null, table, type, ring, presence, limit") {
    World world{Ring::R1};
    Selector const slot{free_slot};
    auto const with_code = [&](Selector selector, SegmentDescriptor code) {
        world.put(slot, code);
        world.put_gate(vector, gate(selector, handler, user_gate));
        return outcome_of(world);
    };
    SegmentDescriptor const good = flat(present | code_read);
    CHECK(with_code(slot, good) == "ok");
    CHECK(with_code(Selector{3}, good) == "#GP(0x0) code.null");
    CHECK(with_code(Selector{0xfff8}, good) == "#GP(0xfff8) table.limit");
    CHECK(with_code(slot, flat(present | data_write)) == "#GP(0x80) code.type");
    CHECK(with_code(slot, flat(with_dpl(present | code_read, Ring::R2))) == "#GP(0x80) code.inner");
    CHECK(with_code(slot, flat(code_read)) == "#NP(0x80) code.present");
    CHECK(with_code(slot, descriptor(0, handler - 1, present | code_read, big)) ==
          "#GP(0x0) code.limit");
    CHECK(with_code(slot, descriptor(0, handler, present | code_read, big)) == "ok");
    // An interrupt that comes from outside says so in the code, even when it names no selector.
    world.put_gate(vector, gate(Selector{0}, handler, user_gate));
    CHECK(outcome_of(world, InterruptSource::External) == "#GP(0x1) code.null");
}

TEST_CASE("interrupt: conforming code is entered in the ring it interrupts, without a switch") {
    World world{Ring::R3};
    world.put(Selector{free_slot}, flat(present | code_conforming));
    world.put_gate(vector, gate(Selector{free_slot}, handler, user_gate));
    InterruptDelivery const record = interrupt(world);
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.outcome.value().cpl == Ring::R3);
    CHECK(record.outcome.value().cs.selector.raw == (free_slot | 3));
    CHECK_FALSE(record.stack_switched);
}

TEST_CASE("interrupt: the new stack: TSS limit, null, table, RPL, type, DPL, presence, room") {
    World world{Ring::R3};
    world.put_gate(vector, gate(code_of(Ring::R0), handler, user_gate));
    Selector const slot{free_slot};
    auto const with_stack = [&](Selector selector, SegmentDescriptor stack, u32 esp) {
        world.put(slot, stack);
        world.put_stack(Ring::R0, selector, esp);
        return outcome_of(world);
    };
    SegmentDescriptor const good = flat(present | data_write);
    CHECK(with_stack(slot, good, 0x8000) == "ok");
    CHECK(with_stack(Selector{0}, good, 0x8000) == "#TS(0x0) stack.null");
    CHECK(with_stack(Selector{0xfff8}, good, 0x8000) == "#TS(0xfff8) table.limit");
    CHECK(with_stack(Selector{free_slot | 1}, good, 0x8000) == "#TS(0x80) stack.rpl");
    CHECK(with_stack(slot, flat(present | data_read), 0x8000) == "#TS(0x80) stack.writable");
    CHECK(with_stack(slot, flat(with_dpl(present | data_write, Ring::R1)), 0x8000) ==
          "#TS(0x80) stack.dpl");
    CHECK(with_stack(slot, flat(data_write), 0x8000) == "#SS(0x80) stack.present");
    // Expand-down: offsets above the limit are the segment.
    SegmentDescriptor const down = descriptor(0, 0x7fff, present | data_down, big);
    CHECK(with_stack(slot, down, 0x8000 + 20) == "ok");
    CHECK(with_stack(slot, down, 0x8000 + 19) == "#SS(0x80) stack.room");
    world.state.tr.limit = 8; // ends one byte before SS0 does
    CHECK(with_stack(slot, good, 0x8000) == "#TS(0x48) tss.limit");
    world.state.tr.limit = 9;
    CHECK(with_stack(slot, good, 0x8000) == "ok");
}

TEST_CASE("interrupt: without a switch a stack that has no room is #SS(0)") {
    World world{Ring::R0};
    world.put_gate(vector, gate(code_of(Ring::R0), handler, user_gate));
    world.control.ss =
        loaded_segment(data_of(Ring::R0), descriptor(0, 0x7fff, present | data_down, big));
    world.control.sp = 0x8000 + 11;
    CHECK(outcome_of(world) == "#SS(0x0) stack.room");
    world.control.sp = 0x8000 + 12;
    CHECK(outcome_of(world) == "ok");
}

TEST_CASE("interrupt: a 16-bit TSS holds a 16-bit pointer") {
    World world{Ring::R3};
    world.put_gate(vector, gate(code_of(Ring::R0), handler, user_gate));
    world.state.tr.descriptor = descriptor(tss_base, 0x2b, present | 0x03, 0);
    world.memory.put(tss_base + 2, 2, 0x8000);
    world.memory.put(tss_base + 4, 2, data_of(Ring::R0).raw);
    CHECK(interrupt(world).outcome.value().sp == 0x8000 - 20);
}

TEST_CASE(
    "interrupt: an entry stack, TSS or IDT that is not mapped is #PF, and nothing is written") {
    for (u64 const page : {idt_base >> 12U, tss_base >> 12U, (stack_of(Ring::R0) - 1) >> 12U}) {
        World world{Ring::R3};
        world.put_gate(vector, gate(code_of(Ring::R0), handler, user_gate));
        world.memory.take_away(page);
        InterruptDelivery const record = interrupt(world);
        INFO("page ", page);
        REQUIRE_FALSE(record.outcome);
        CHECK(record.outcome.error().vector == ExceptionVector::PF);
        CHECK((record.outcome.error().error_code & 4U) == 0); // supervisor, though CPL was 3
        CHECK(record.writes.empty());
    }
}

TEST_CASE("interrupt: a task gate names its TSS, and is no delivery") {
    World world{Ring::R3};
    world.put_gate(vector, gate(tss_selector, 0, with_dpl(present | 5, Ring::R3)));
    InterruptDelivery const record = interrupt(world);
    CHECK(record.task_gate);
    CHECK(record.task == tss_selector);
    CHECK(describe(record.outcome) == "#GP(0x48) task.deferred");
}

} // namespace
} // namespace ringside::seg::test::interrupt_delivery_test
