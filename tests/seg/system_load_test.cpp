// LLDT and LTR (SDM volume 2 of each).
#include "seg/segment_load.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

namespace ringside::seg::test::system_load_test {
namespace {

constexpr Selector slot{free_slot};
constexpr u8 ldt_type = present | 0x02;
constexpr u8 tss_type = present | 0x09;

std::string lldt(World& world, Selector selector) {
    return describe(load_ldtr(world.state, world.memory, selector).outcome);
}
std::string ltr(World& world, Selector selector) {
    return describe(load_tr(world.state, world.memory, selector).outcome);
}

TEST_CASE("LLDT: takes an LDT descriptor of the GDT, or a null selector") {
    World world;
    world.put(slot, descriptor(0x4000, 0x27, ldt_type, 0));
    auto const record = load_ldtr(world.state, world.memory, slot);
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.outcome.value().base == 0x4000);
    CHECK(record.outcome.value().limit == 0x27);
    CHECK(record.writes.empty());
    CHECK_FALSE(load_ldtr(world.state, world.memory, Selector{3}).outcome.value().usable);
}

TEST_CASE("LLDT: refuses for CPL, table, limit, type, presence, in this order") {
    World world;
    CHECK(lldt(world, Selector{free_slot | 4}) == "#GP(0x84) system.gdt");
    CHECK(lldt(world, Selector{0xfff8}) == "#GP(0xfff8) table.limit");
    world.put(slot, descriptor(0, 0xff, tss_type, 0));
    CHECK(lldt(world, slot) == "#GP(0x80) ldt.type");
    world.put(slot, flat(present | data_read)); // the same four type bits, but S = 1
    CHECK(lldt(world, slot) == "#GP(0x80) ldt.type");
    world.put(slot, descriptor(0, 0xff, ldt_type & ~present, 0));
    CHECK(lldt(world, slot) == "#NP(0x80) ldt.present");
    World user{Ring::R3};
    CHECK(lldt(user, slot) == "#GP(0x0) system.cpl");
    CHECK(ltr(user, slot) == "#GP(0x0) system.cpl");
}

TEST_CASE("LTR: takes an available TSS and marks it busy, in memory and in the register") {
    World world;
    for (u8 const type : {u8{0x09}, u8{0x01}}) {
        world.put(slot, descriptor(0x6000, 0x67, static_cast<u8>(present | type), 0));
        auto const record = load_tr(world.state, world.memory, slot);
        REQUIRE(describe(record.outcome) == "ok");
        CHECK(record.outcome.value().descriptor.type() == (type | 2));
        commit(record.writes, world.memory);
        CHECK(SegmentDescriptor{world.memory.get(gdt_base + free_slot, 8)}.type() == (type | 2));
        CHECK(ltr(world, slot) == "#GP(0x80) tss.available"); // it is busy now
    }
}

TEST_CASE("LTR: refuses null, the LDT, other types, and what is not present") {
    World world;
    CHECK(ltr(world, Selector{0}) == "#GP(0x0) tss.null");
    CHECK(ltr(world, Selector{free_slot | 4}) == "#GP(0x84) system.gdt");
    world.put(slot, descriptor(0, 0x67, ldt_type, 0));
    CHECK(ltr(world, slot) == "#GP(0x80) tss.available");
    world.put(slot, descriptor(0, 0x67, tss_type & ~present, 0));
    CHECK(ltr(world, slot) == "#NP(0x80) tss.present");
    world.put(slot, descriptor(0, 0x67, tss_type, 0));
    world.memory.make_read_only(gdt_base >> 12U);
    auto const record = load_tr(world.state, world.memory, slot);
    CHECK(describe(record.outcome) == "#PF(0x3)"); // the busy bit
    CHECK(faulted_without_writes(record));
}

TEST_CASE("LLDT and LTR: 64-bit mode reads 16 bytes and wants a canonical base") {
    World world;
    world.enter_long_mode();
    Selector const upper{free_slot + 8};
    world.put(slot, descriptor(0x4000, 0x67, tss_type, 0));
    world.put(upper, 0xffff8000);
    auto const record = load_tr(world.state, world.memory, slot);
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.outcome.value().base == 0xffff800000004000);
    world.put(upper, 0x8000);
    CHECK(ltr(world, slot) == "#GP(0x80) system.canonical");
    world.put(upper, u64{2} << 40U);
    CHECK(ltr(world, slot) == "#GP(0x80) system.upper");
    world.put(slot, descriptor(0x4000, 0x67, ldt_type, 0));
    CHECK(lldt(world, slot) == "#GP(0x80) system.upper");
    world.put(slot, descriptor(0x4000, 0x67, present | 0x01, 0)); // no 16-bit TSS here
    CHECK(ltr(world, slot) == "#GP(0x80) tss.available");
    world.state.gdtr.limit = free_slot + 14;
    world.put(slot, descriptor(0x4000, 0x67, ldt_type, 0));
    CHECK(lldt(world, slot) == "#GP(0x80) table.limit");
}

} // namespace
} // namespace ringside::seg::test::system_load_test
