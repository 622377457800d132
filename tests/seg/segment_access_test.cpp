// One access through a segment: null, type, limit, canonical (SDM volume 3, sections 6.3 to 6.5).
#include "seg/segment_access.hpp"
#include "tests/seg/world.hpp"

#include <doctest/doctest.h>

#include <array>

namespace ringside::seg::test::segment_access_test {
namespace {

using enum SegmentName;
using enum SegmentAccessType;

SegmentRegister make_segment(u32 base, u32 limit, u8 access, u8 flags) {
    return loaded_segment(Selector{free_slot}, descriptor(base, limit, access, flags));
}

std::string through(World const& world, SegmentName name, u64 offset, u32 size,
                    SegmentAccessType type) {
    return describe(access(world.state, world.control.rflags, name, offset, size, type).outcome);
}

TEST_CASE("segment access: base plus offset, wrapped at 4 GiB, is the linear address") {
    World world;
    world.state[DS] = make_segment(0xc0000000, 0xfffff, present | data_write, big | granular);
    auto const record = access(world.state, 0, DS, 0x40001000, 4, Write);
    REQUIRE(describe(record.outcome) == "ok");
    CHECK(record.outcome.value().value() == 0x1000);
}

TEST_CASE("segment access: a null register refuses every access with #GP(0)") {
    World world;
    world.state[FS] = null_segment(Selector{});
    CHECK(through(world, FS, 0, 1, Read) == "#GP(0x0) access.null");
    CHECK(through(world, FS, 0, 1, Write) == "#GP(0x0) access.null");
    world.state[SS] = null_segment(Selector{});
    CHECK(through(world, SS, 0, 1, Read) == "#SS(0x0) access.null");
}

TEST_CASE("segment access: each type of segment allows what its type says, and nothing else") {
    struct Row {
        u8 type;
        std::string_view read, write;
    };
    constexpr std::string_view ok = "ok";
    constexpr std::string_view no_read = "#GP(0x0) access.read";
    constexpr std::string_view no_write = "#GP(0x0) access.write";
    constexpr std::array rows{
        Row{0x10, ok, no_write},      // data, read-only
        Row{0x12, ok, ok},            // data, writable
        Row{0x18, no_read, no_write}, // code, execute-only
        Row{0x1a, ok, no_write},      // code, readable
        Row{0x1c, no_read, no_write}, // code, conforming
        Row{0x1e, ok, no_write},      // code, conforming and readable
    };
    World world;
    for (Row const& row : rows) {
        INFO("type ", unsigned{row.type});
        world.state[DS] = make_segment(0, 0xfffff, present | row.type, big | granular);
        CHECK(through(world, DS, 16, 4, Read) == row.read);
        CHECK(through(world, DS, 16, 4, Write) == row.write);
        CHECK(through(world, DS, 16, 4, Fetch) == "ok"); // the load of CS asked
    }
}

// The bytes a segment holds, one by one: no arithmetic on ranges that could be wrong the same way.
bool holds(SegmentDescriptor segment, u64 offset, u32 size) {
    for (u64 byte = offset; byte < offset + size; ++byte) {
        bool const up = byte <= segment.limit();
        u64 const top = segment.default_big() ? 0xffffffff : 0xffff;
        bool const down = byte > segment.limit() && byte <= top;
        if (!(segment.expand_down() ? down : up)) {
            return false;
        }
    }
    return true;
}

TEST_CASE(
    "segment access: near every edge each byte is within the limit or the access is refused") {
    constexpr std::array<u32, 8> limits{0, 1, 3, 0xfff, 0xffff, 0x10000, 0xffffe, 0xfffff};
    World world;
    for (u8 const type : {data_write, data_down}) {
        for (u8 const flags : {u8{0}, big, granular, static_cast<u8>(big | granular)}) {
            for (u32 const limit : limits) {
                SegmentRegister const segment = make_segment(0, limit, present | type, flags);
                world.state[DS] = segment;
                world.state[SS] = segment;
                for (u64 const edge : {u64{0}, u64{0xffff}, u64{0xffffffff}, u64{segment.limit}}) {
                    for (u64 step = 0; step <= 8; ++step) {
                        u64 const offset = (edge + step - 4) & 0xffffffff;
                        for (u32 const size : {1U, 2U, 4U, 8U, 10U, 16U}) {
                            INFO(unsigned{type}, " ", unsigned{flags}, " ", limit, " ", offset, " ",
                                 size);
                            bool const in = holds(segment.descriptor, offset, size);
                            CHECK(through(world, DS, offset, size, Write) ==
                                  (in ? "ok" : "#GP(0x0) access.limit"));
                            CHECK(through(world, SS, offset, size, Read) ==
                                  (in ? "ok" : "#SS(0x0) access.limit"));
                        }
                    }
                }
            }
        }
    }
}

TEST_CASE("segment access: 64-bit mode has no limits and no types, only canonical addresses") {
    World world{Ring::R3};
    world.enter_long_mode();
    world.state[DS] = null_segment(Selector{});
    world.state[GS].base = 0x1000;
    CHECK(through(world, DS, 0x7fffffffffff, 1, Write) == "ok");
    CHECK(through(world, DS, 0x7fffffffffff, 2, Write) == "#GP(0x0) access.canonical");
    CHECK(through(world, DS, 0xffff800000000000, 8, Read) == "ok");
    CHECK(through(world, DS, 0xffff7fffffffffff, 8, Read) == "#GP(0x0) access.canonical");
    CHECK(through(world, SS, 0x800000000000, 8, Read) == "#SS(0x0) access.canonical");
    world.state[DS].base = 0x5000; // ignored: only FS and GS have a base
    CHECK(access(world.state, 0, DS, 0x10, 1, Read).outcome.value().value() == 0x10);
    CHECK(access(world.state, 0, GS, 0x10, 1, Read).outcome.value().value() == 0x1010);
}

TEST_CASE("segment access: real mode writes through CS, and still has a limit") {
    World world;
    world.state.protection = false;
    world.state[CS] = make_segment(0xf0000, 0xffff, present | code_read, 0);
    CHECK(through(world, CS, 0x10, 2, Write) == "ok");
    CHECK(through(world, CS, 0xffff, 2, Write) == "#GP(0x0) access.limit");
}

} // namespace
} // namespace ringside::seg::test::segment_access_test
