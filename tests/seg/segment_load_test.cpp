// MOV, POP, LDS..LGS into ES, SS, DS, FS, GS (SDM volume 2, "MOV").
#include "core/x86/rflags.hpp"
#include "seg/segment_load.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

namespace ringside::seg::test::segment_load_test {
namespace {

using enum SegmentName;

constexpr Selector slot{free_slot};

SegmentLoad load(World& world, SegmentName name, Selector selector) {
    return load_segment(world.state, world.memory, world.control.rflags, name, selector);
}

std::string outcome_of(World& world, SegmentName name, Selector selector,
                       SegmentDescriptor descriptor) {
    world.put(selector, descriptor);
    return describe(load(world, name, selector).outcome);
}

TEST_CASE("segment load: real mode sets the base to 16 times the selector and keeps the limit") {
    SegmentRegister before;
    before.limit = 0xffff'ffff; // "unreal": loaded in protected mode
    before.usable = true;
    before.descriptor = SegmentDescriptor{0x00cf'9200'0000'ffff};
    SegmentRegister const after = real_segment(Selector{0x1234}, before);
    CHECK(after.base == 0x12340);
    CHECK(after.limit == 0xffff'ffff);
    CHECK(after.selector == Selector{0x1234});
}

TEST_CASE("segment load: segment registers have the manual's names") {
    CHECK(to_string(SegmentName::CS) == "cs");
    CHECK(to_string(SegmentName::GS) == "gs");
}

TEST_CASE("segment load: a data segment becomes base, limit, attributes and the accessed bit") {
    World world{Ring::R3};
    Selector const selector{free_slot | 3};
    world.put(selector, descriptor(0xc0001000, 0x12345, with_dpl(present | data_write, Ring::R3),
                                   big | granular));
    SegmentLoad const record = load(world, DS, selector);
    REQUIRE(describe(record.outcome) == "ok");
    SegmentRegister const& loaded = record.outcome.value();
    CHECK(loaded.selector == selector);
    CHECK(loaded.base == 0xc0001000);
    CHECK(loaded.limit == 0x12345fff);
    CHECK(loaded.usable);
    CHECK(loaded.descriptor.accessed());
    REQUIRE(record.writes.size() == 1);
    CHECK_FALSE(SegmentDescriptor{world.memory.get(gdt_base + free_slot, 8)}.accessed());
    commit(record.writes, world.memory);
    CHECK(SegmentDescriptor{world.memory.get(gdt_base + free_slot, 8)}.accessed());
    CHECK(load(world, DS, selector).writes.empty()); // it is set already
}

TEST_CASE("segment load: the checks are listed in the manual's order, the refusing one last") {
    World world{Ring::R3};
    Selector const selector{free_slot | 3};
    world.put(selector, flat(with_dpl(data_write, Ring::R3)));
    SegmentLoad const record = load(world, ES, selector);
    std::string order;
    for (Check const& check : record.checks) {
        order += std::string{check.rule->id} + (check.ok ? "+ " : "- ");
    }
    CHECK(order ==
          "load.cs+ table.limit+ load.data.type+ load.data.privilege+ load.data.present- ");
    CHECK(describe(record.outcome) == "#NP(0x80) load.data.present");
}

TEST_CASE("segment load: CS is never loaded by MOV or POP: #UD") {
    World world;
    CHECK(describe(load(world, CS, slot).outcome) == "#UD(0x0) load.cs");
}

TEST_CASE("segment load: a selector beyond its table raises #GP(selector)") {
    World world;
    world.state.gdtr.limit = free_slot + 7;
    CHECK(outcome_of(world, DS, slot, flat(present | data_write)) == "ok");
    world.state.gdtr.limit = free_slot + 6;
    CHECK(describe(load(world, DS, slot).outcome) == "#GP(0x80) table.limit");
    Selector const in_ldt{free_slot | 4};
    CHECK(outcome_of(world, DS, in_ldt, flat(present | data_write)) == "ok");
    world.state.ldtr.limit = free_slot + 6;
    CHECK(describe(load(world, DS, in_ldt).outcome) == "#GP(0x84) table.limit");
    world.state.ldtr = null_segment(Selector{});
    CHECK(describe(load(world, DS, in_ldt).outcome) == "#GP(0x84) table.limit");
}

TEST_CASE("segment load: a null selector is taken by DS, ES, FS and GS, and refused by SS") {
    World world{Ring::R3};
    for (SegmentName const name : {ES, DS, FS, GS}) {
        for (u16 rpl = 0; rpl < 4; ++rpl) {
            SegmentLoad const record = load(world, name, Selector{rpl});
            REQUIRE(describe(record.outcome) == "ok");
            CHECK_FALSE(record.outcome.value().usable);
            CHECK(record.outcome.value().selector.raw == rpl);
        }
    }
    CHECK(describe(load(world, SS, Selector{3}).outcome) == "#GP(0x0) stack.null");
}

TEST_CASE("segment load: 64-bit mode takes a null SS outside ring 3 with RPL equal to CPL") {
    World kernel{Ring::R0};
    kernel.enter_long_mode();
    CHECK(describe(load(kernel, SS, Selector{0}).outcome) == "ok");
    CHECK(describe(load(kernel, SS, Selector{1}).outcome) == "#GP(0x0) stack.null64");
    World user{Ring::R3};
    user.enter_long_mode();
    CHECK(describe(load(user, SS, Selector{3}).outcome) == "#GP(0x0) stack.null64");
    // In compatibility mode the old rule holds.
    kernel.state[CS].descriptor = flat(present | code_read);
    CHECK(describe(load(kernel, SS, Selector{0}).outcome) == "#GP(0x0) stack.null");
}

// What the manual's pseudocode says, written from its text and not from the model: all access
// bytes, at every CPL and RPL.
std::string expected_data(u8 access, unsigned cpl, unsigned rpl) {
    bool const segment = (access & 0x10U) != 0;
    bool const code = (access & 0x08U) != 0;
    bool const conforming = code && (access & 0x04U) != 0;
    bool const readable = !code || (access & 0x02U) != 0;
    unsigned const dpl = (access >> 5U) & 3U;
    if (!segment || !readable) {
        return "#GP(0x80) load.data.type";
    }
    if (!conforming && (rpl > dpl || cpl > dpl)) {
        return "#GP(0x80) load.data.privilege";
    }
    return (access & 0x80U) != 0 ? "ok" : "#NP(0x80) load.data.present";
}

std::string expected_stack(u8 access, unsigned cpl, unsigned rpl) {
    if (rpl != cpl) {
        return "#GP(0x80) stack.rpl";
    }
    bool const writable_data = (access & 0x1aU) == 0x12U;
    if (!writable_data) {
        return "#GP(0x80) stack.writable";
    }
    if (((access >> 5U) & 3U) != cpl) {
        return "#GP(0x80) stack.dpl";
    }
    return (access & 0x80U) != 0 ? "ok" : "#SS(0x80) stack.present";
}

TEST_CASE("segment load: every access byte at every CPL and RPL is judged as the manual does") {
    for (unsigned cpl = 0; cpl < 4; ++cpl) {
        World world{static_cast<Ring>(cpl)};
        for (unsigned rpl = 0; rpl < 4; ++rpl) {
            Selector const selector{static_cast<u16>(free_slot | rpl)};
            for (unsigned access = 0; access < 256; ++access) {
                u8 const byte = static_cast<u8>(access);
                INFO("access ", access, " cpl ", cpl, " rpl ", rpl);
                world.put(selector, flat(byte));
                for (SegmentName const name : {ES, SS, DS, FS, GS}) {
                    SegmentLoad const record = load(world, name, selector);
                    std::string const expected =
                        name == SS ? expected_stack(byte, cpl, rpl) : expected_data(byte, cpl, rpl);
                    CHECK(describe(record.outcome) == expected);
                    bool const marks = expected == "ok" && (byte & 1U) == 0;
                    CHECK(record.writes.size() == (marks ? 1 : 0));
                }
            }
        }
    }
}

TEST_CASE(
    "segment load: a descriptor table that is not mapped raises #PF, as does its accessed bit") {
    World world{Ring::R3};
    Selector const selector{free_slot | 3};
    world.put(selector, flat(with_dpl(present | data_write, Ring::R3)));
    world.memory.make_read_only(gdt_base >> 12U);
    SegmentLoad const marked = load(world, DS, selector);
    CHECK(describe(marked.outcome) == "#PF(0x3)"); // an implicit supervisor write
    CHECK(marked.outcome.error().address.value() == gdt_base + free_slot + 5);
    CHECK(faulted_without_writes(marked));
    world.memory.take_away(gdt_base >> 12U);
    SegmentLoad const unread = load(world, DS, selector);
    CHECK(describe(unread.outcome) == "#PF(0x0)"); // supervisor, though CPL is 3
    CHECK(unread.outcome.error().address.value() == gdt_base + free_slot);
}

TEST_CASE("segment load: real mode shifts the selector and keeps the limit") {
    World world;
    world.state.protection = false;
    world.state[DS].limit = 0xffffffff; // "big real mode"
    SegmentLoad const record = load(world, DS, Selector{0xb800});
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.outcome.value().base == 0xb8000);
    CHECK(record.outcome.value().limit == 0xffffffff);
    CHECK(record.outcome.value().descriptor.writable());
    CHECK(record.writes.empty());
}

TEST_CASE("segment load: virtual-8086 mode makes 64 KiB of ring-3 data of any selector") {
    World world{Ring::R3};
    world.control.rflags |= rflags::VM;
    SegmentLoad const record = load(world, SS, Selector{0});
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.outcome.value().usable);
    CHECK(record.outcome.value().limit == 0xffff);
    CHECK(record.outcome.value().descriptor.dpl() == Ring::R3);
}

} // namespace
} // namespace ringside::seg::test::segment_load_test
