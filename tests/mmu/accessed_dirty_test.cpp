// Accessed and dirty bits (SDM volume 3, section 5.8): every start state, every page size.
#include <doctest/doctest.h>

#include "one_path.hpp"

namespace ringside::mmu {

namespace {

std::vector<PagingLevel> levels_with_accessed_bit(OnePath const& path) {
    std::vector<PagingLevel> levels;
    for (PagingLevel const level : path.levels()) {
        if (!path.is_register(level)) {
            levels.push_back(level);
        }
    }
    return levels;
}

// Bit n of `state`: A of level n from the root; the bit above: D of the leaf. Bits 6 of the other
// levels (ignored by the processor) are set, to show that nothing touches them.
void set_state(OnePath& path, unsigned state) {
    for (PagingLevel const level : levels_with_accessed_bit(path)) {
        u64 const accessed = (state & 1U) != 0 ? flag::A : 0;
        state >>= 1U;
        u64 const bit6 = level != path.leaf() || state != 0 ? flag::D : 0;
        path.set(level, flag::P | flag::RW | flag::US | accessed | bit6);
    }
}

// The updates that the manual asks for, in the order of the walk.
std::vector<EntryUpdate> expected_updates(OnePath const& path, AccessType type) {
    std::vector<EntryUpdate> updates;
    for (PagingLevel const level : levels_with_accessed_bit(path)) {
        u64 const before = path.entry(level);
        bool const dirty = level == path.leaf() && type == AccessType::Write;
        u64 const after = before | flag::A | (dirty ? flag::D : 0);
        if (after != before) {
            updates.push_back({path.entry_address(level), before, after});
        }
    }
    return updates;
}

void check_updates(OnePath& path, AccessType type) {
    PageWalk const walk = path.walk({.type = type, .user = true});
    REQUIRE(walk.outcome);
    std::vector<EntryUpdate> const expected = expected_updates(path, type);
    REQUIRE(walk.updates.size() == expected.size());
    FlatMemory after = path.memory;
    for (std::size_t place = 0; place < expected.size(); ++place) {
        CHECK(walk.updates[place].entry_address == expected[place].entry_address);
        CHECK(walk.updates[place].before == expected[place].before);
        CHECK(walk.updates[place].after == expected[place].after);
        if (path.context.mode == PagingMode::Bits32) {
            after.write32(expected[place].entry_address, static_cast<u32>(expected[place].after));
        } else {
            after.write64(expected[place].entry_address, expected[place].after);
        }
    }
    bool const was_dirty = (path.entry(path.leaf()) & flag::D) != 0;
    CHECK(walk.outcome.value().dirty == (was_dirty || type == AccessType::Write));
    commit(walk, path.memory);
    CHECK(path.memory == after);
    CHECK(path.walk({.type = type, .user = true}).updates.empty());
}

} // namespace

TEST_CASE("mmu: A is set in every entry of the path and D in the leaf of a write, nothing else") {
    for (PathShape const& shape : path_shapes) {
        INFO(shape.name);
        OnePath path{shape.mode, shape.leaf};
        unsigned const states = 2U << levels_with_accessed_bit(path).size();
        for (unsigned state = 0; state < states; ++state) {
            for (AccessType const type : {AccessType::Read, AccessType::Write, AccessType::Fetch}) {
                set_state(path, state);
                check_updates(path, type);
            }
        }
    }
}

TEST_CASE("mmu: a refused walk sets no bit, even when it is committed") {
    for (PathShape const& shape : path_shapes) {
        OnePath path{shape.mode, shape.leaf};
        path.set(path.leaf(), flag::P); // supervisor
        FlatMemory const before = path.memory;
        PageWalk const walk = path.walk({.type = AccessType::Write, .user = true});
        REQUIRE_FALSE(walk.outcome);
        CHECK(walk.updates.empty());
        commit(walk, path.memory);
        CHECK(path.memory == before);
    }
}

TEST_CASE("mmu: a commit adds its bits to what memory holds by then") {
    OnePath path{PagingMode::Bits32, PagingLevel::PT};
    PageWalk const read = path.walk({.type = AccessType::Read});
    PageWalk const write = path.walk({.type = AccessType::Write});
    commit(write, path.memory);
    commit(read, path.memory); // decided when D was still 0
    CHECK((path.entry(PagingLevel::PT) & (flag::A | flag::D)) == (flag::A | flag::D));
}

TEST_CASE("mmu: a 4-byte entry's update leaves its neighbour alone") {
    OnePath path{PagingMode::Bits32, PagingLevel::PT};
    path.memory.write32(path.entry_address(PagingLevel::PT) + 4, 0xdead'beef);
    commit(path.walk({.type = AccessType::Write}), path.memory);
    CHECK(path.memory.read32(path.entry_address(PagingLevel::PT) + 4) == 0xdead'beef);
}

} // namespace ringside::mmu
