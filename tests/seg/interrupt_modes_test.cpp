// Interrupts in long mode, out of virtual-8086 mode and in real mode (SDM volume 3, section 7.14;
// volume 3B, section 22.3; volume 2, "INT n").
#include "core/x86/rflags.hpp"
#include "seg/interrupt_delivery.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

namespace ringside::seg::test::interrupt_modes_test {
namespace {

using enum SegmentName;

constexpr u8 vector = 0x80;
constexpr u8 interrupt_gate = present | 0x0e;
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

TEST_CASE("interrupt: 64-bit mode aligns the stack and pushes SS and RSP in any case") {
    World world{Ring::R0};
    world.enter_long_mode();
    world.put_gate64(vector, gate(code_of(Ring::R0), handler, interrupt_gate), 0);
    world.control.sp = 0x8709;
    InterruptDelivery const record = interrupt(world);
    REQUIRE(describe(record.outcome) == "ok");
    ControlState const& to = record.outcome.value();
    CHECK(to.sp == 0x8700 - 40);
    commit(record.writes, world.memory);
    CHECK(world.top(3, 8, to) == 0x8709);
    CHECK(world.top(4, 8, to) == world.control.ss.selector.raw);
}

TEST_CASE(
    "interrupt: 64-bit mode takes RSP0 from ring 3 with a null SS, and an IST from anywhere") {
    World world{Ring::R3};
    world.enter_long_mode();
    world.put_gate64(vector, gate(code_of(Ring::R0), handler, user_gate), 0);
    ControlState const switched = interrupt(world).outcome.value();
    CHECK(switched.sp == stack_of(Ring::R0) - 40);
    CHECK_FALSE(switched.ss.usable);
    CHECK(switched.ss.selector.raw == 0);
    for (u8 ist = 1; ist <= 7; ++ist) {
        world.put_gate64(vector, gate(code_of(Ring::R0), handler, user_gate, ist), 0);
        CHECK(interrupt(world).outcome.value().sp == 0xc000 + ist * 0x100U - 40);
    }
    world.state.tr.limit = 0x5a; // IST7 ends at 0x5b
    CHECK(outcome_of(world) == "#TS(0x48) tss.limit");
}

TEST_CASE("interrupt: long mode wants 64-bit gates, 64-bit code and canonical addresses") {
    World world{Ring::R0};
    world.enter_long_mode();
    for (u8 const type : {u8{5}, u8{6}, u8{7}, u8{12}}) {
        world.put_gate64(vector, gate(code_of(Ring::R0), handler, present | type), 0);
        CHECK(outcome_of(world) == "#GP(0x402) gate.type64");
    }
    world.put_gate64(vector, gate(code_of(Ring::R0), handler, interrupt_gate), 0x8000);
    CHECK(outcome_of(world) == "#GP(0x0) code.canonical");
    world.put_gate64(vector, gate(code_of(Ring::R1), handler, interrupt_gate), 0);
    world.put(code_of(Ring::R0), flat(present | code_read)); // a 32-bit segment
    world.put_gate64(vector, gate(code_of(Ring::R0), handler, interrupt_gate), 0);
    CHECK(outcome_of(world) == "#GP(0x8) code.64bit");
    world.put(code_of(Ring::R0), flat(present | code_read, big | long_code));
    CHECK(outcome_of(world) == "#GP(0x8) code.64bit");
    world.put(code_of(Ring::R0), flat(present | code_read, long_code));
    world.control.sp = 0x800000000038;
    CHECK(outcome_of(world) == "#SS(0x0) stack.canonical");
}

TEST_CASE("interrupt: out of virtual-8086 mode the data segments are pushed and nulled") {
    World world{Ring::R3};
    world.control.rflags |= rflags::VM | rflags::IOPL;
    world.control.cs = virtual8086_segment(Selector{0x1234});
    world.control.ss = virtual8086_segment(Selector{0x2345});
    apply(world.control, world.state);
    u16 next = 0x1000;
    for (SegmentName const name : {ES, DS, FS, GS}) {
        world.state[name] = virtual8086_segment(Selector{next++});
    }
    world.put_gate(vector, gate(code_of(Ring::R0), handler, user_gate));
    InterruptDelivery const record = interrupt(world);
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.from_virtual8086);
    CHECK(record.nulled.size() == 4);
    ControlState const& to = record.outcome.value();
    CHECK((to.rflags & rflags::VM) == 0);
    commit(record.writes, world.memory);
    CHECK(world.top(1, 4, to) == 0x1234);
    CHECK((world.top(2, 4, to) & rflags::VM) != 0);
    CHECK(world.top(4, 4, to) == 0x2345);
    CHECK(world.top(5, 4, to) == 0x1000); // ES, DS, FS, GS
    CHECK(world.top(8, 4, to) == 0x1003);

    world.control.rflags &= ~rflags::IOPL;
    CHECK(outcome_of(world) == "#GP(0x0) v86.iopl");
    CHECK(outcome_of(world, InterruptSource::SoftwareBreakpoint) == "ok"); // INT3 asks no IOPL
    CHECK(outcome_of(world, InterruptSource::External) == "ok");
    world.put_gate(vector, gate(code_of(Ring::R1), handler, user_gate));
    CHECK(outcome_of(world, InterruptSource::External) == "#GP(0x19) v86.ring0");
}

TEST_CASE("interrupt: real mode reads four bytes a vector and pushes three words") {
    World world;
    world.state.protection = false;
    world.state.idtr = {.base = idt_base, .limit = 0x3ff};
    world.memory.put(idt_base + vector * 4, 4, 0x04560123);
    InterruptDelivery const record = interrupt(world);
    REQUIRE(describe(record.outcome) == "ok");
    ControlState const& to = record.outcome.value();
    CHECK(to.ip == 0x0123);
    CHECK(to.cs.base == 0x4560);
    CHECK(to.sp == world.control.sp - 6);
    commit(record.writes, world.memory);
    CHECK(world.top(0, 2, to) == world.control.ip);
    CHECK(world.top(1, 2, to) == world.control.cs.selector.raw);
    world.state.idtr.limit = vector * 4 + 2;
    CHECK(outcome_of(world, InterruptSource::External) == "#GP(0x0) idt.limit");
}

} // namespace
} // namespace ringside::seg::test::interrupt_modes_test
