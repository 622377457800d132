// LAR, LSL, VERR and VERW (SDM volume 2 of each).
#include "seg/segment_load.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

namespace ringside::seg::test::selector_query_test {
namespace {

using enum SelectorQuestion;

SelectorQuery ask(World& world, SelectorQuestion question, Selector selector) {
    return query_selector(world.state, world.memory, question, selector);
}

TEST_CASE("selector query: LAR gives the attributes, LSL the limit in bytes") {
    World world{Ring::R3};
    Selector const selector{free_slot | 3};
    world.put(selector,
              descriptor(0x1000, 0x12, with_dpl(present | data_write, Ring::R3), granular));
    CHECK(ask(world, LAR, selector).access_rights == 0x80f200);
    CHECK(ask(world, LSL, selector).limit == 0x12fff);
}

// From the tables of the two instructions, as the manual prints them.
bool lar_knows(unsigned type, bool long_mode) {
    switch (type) {
    case 2: // LDT
    case 9: // TSS
    case 11:
    case 12: // call gate
        return true;
    case 1:
    case 3:
    case 4:
    case 5: // task gate
        return !long_mode;
    default:
        return false;
    }
}

bool lsl_knows(unsigned type, bool long_mode) {
    return lar_knows(type, long_mode) && type != 4 && type != 5 && type != 12;
}

TEST_CASE("selector query: every access byte at every CPL and RPL, in protected and long mode") {
    for (bool const long_mode : {false, true}) {
        for (unsigned cpl : {0U, 3U}) {
            World world{static_cast<Ring>(cpl)};
            if (long_mode) {
                world.enter_long_mode();
            }
            for (unsigned rpl = 0; rpl < 4; ++rpl) {
                Selector const selector{static_cast<u16>(free_slot | rpl)};
                for (unsigned raw = 0; raw < 256; ++raw) {
                    INFO("access ", raw, " cpl ", cpl, " rpl ", rpl, " long ", long_mode);
                    world.put(selector, flat(static_cast<u8>(raw)));
                    bool const segment = (raw & 0x10U) != 0;
                    bool const code = segment && (raw & 8U) != 0;
                    bool const conforming = code && (raw & 4U) != 0;
                    unsigned const dpl = (raw >> 5U) & 3U;
                    bool const privileged = conforming || (dpl >= cpl && dpl >= rpl);
                    unsigned const type = raw & 0xfU;
                    CHECK(ask(world, LAR, selector).valid ==
                          (privileged && (segment || lar_knows(type, long_mode))));
                    CHECK(ask(world, LSL, selector).valid ==
                          (privileged && (segment || lsl_knows(type, long_mode))));
                    CHECK(ask(world, VERR, selector).valid ==
                          (privileged && segment && (!code || (raw & 2U) != 0)));
                    CHECK(ask(world, VERW, selector).valid ==
                          (privileged && segment && !code && (raw & 2U) != 0));
                }
            }
        }
    }
}

TEST_CASE("selector query: a null selector and one beyond the table are not valid, and no fault") {
    World world;
    for (SelectorQuestion const question : {LAR, LSL, VERR, VERW}) {
        CHECK_FALSE(ask(world, question, Selector{0}).valid);
        CHECK_FALSE(ask(world, question, Selector{0xfff8}).valid);
        CHECK_FALSE(ask(world, question, Selector{0xfffc}).valid);
        CHECK_FALSE(ask(world, question, Selector{0xfff8}).fault.has_value());
    }
}

TEST_CASE("selector query: reading the table can page-fault, in both halves of a long descriptor") {
    World world;
    world.memory.take_away(gdt_base >> 12U);
    auto const fault = ask(world, LAR, Selector{free_slot}).fault;
    REQUIRE(fault.has_value());
    CHECK(describe(*fault) == "#PF(0x0)");

    World wide;
    wide.enter_long_mode();
    Selector const last{0xff8}; // its second half lies in the next page
    wide.state.gdtr.limit = 0x1fff;
    wide.put(last, descriptor(0, 0xff, present | 2, 0));
    wide.memory.take_away((gdt_base >> 12U) + 1);
    auto const upper = ask(wide, LAR, last).fault;
    REQUIRE(upper.has_value());
    CHECK(upper->address.value() == gdt_base + 0x1000);
    wide.state.gdtr.limit = 0xfff; // then it is beyond the limit, which is no fault
    CHECK_FALSE(ask(wide, LAR, last).fault.has_value());
    CHECK_FALSE(ask(wide, LAR, last).valid);
}

TEST_CASE("selector query: a long descriptor whose upper half has a type is not valid") {
    World world;
    world.enter_long_mode();
    world.put(Selector{free_slot}, descriptor(0, 0xff, present | 2, 0));
    CHECK(ask(world, LSL, Selector{free_slot}).valid);
    world.put(Selector{free_slot + 8}, u64{1} << 40U);
    CHECK_FALSE(ask(world, LSL, Selector{free_slot}).valid);
}

} // namespace
} // namespace ringside::seg::test::selector_query_test
