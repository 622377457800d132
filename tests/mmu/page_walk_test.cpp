// What the record of a walk says, by example, and the rules it cites.
#include "mmu/page_table_entry.hpp"
#include "mmu/page_walk.hpp"
#include "mmu/rules.hpp"

#include <doctest/doctest.h>

#include <set>

#include "one_path.hpp"

namespace ringside::mmu {

TEST_CASE("mmu: a walk records every entry it read, from the root down") {
    for (PathShape const& shape : path_shapes) {
        OnePath const path{shape.mode, shape.leaf};
        PageWalk const walk = path.walk({});
        INFO(shape.name);
        REQUIRE(walk.steps.size() == path.levels().size());
        CHECK(walk.mode == shape.mode);
        for (std::size_t place = 0; place < walk.steps.size(); ++place) {
            PagingLevel const level = path.levels()[place];
            CHECK(walk.steps[place].level == level);
            CHECK(walk.steps[place].entry == path.entry(level));
            if (!path.is_register(level)) {
                CHECK(walk.steps[place].entry_address == path.entry_address(level));
            }
            CHECK(walk.steps[place].verdict ==
                  (level == path.leaf() ? WalkVerdict::Leaf : WalkVerdict::Descend));
        }
    }
}

TEST_CASE("mmu: without paging the linear address is the physical one, without a step") {
    PageWalk const walk =
        mmu::walk(FlatMemory{0}, {}, {.address = LinearAddress{0xfee0'0123}, .user = true});
    REQUIRE(walk.outcome);
    CHECK(walk.outcome.value().address == PhysicalAddress{0xfee0'0123});
    CHECK(walk.steps.empty());
    CHECK(walk.updates.empty());
}

TEST_CASE("mmu: while CR4.PSE = 0, PS in a 4-byte PDE is ignored and it points to a page table") {
    OnePath path{PagingMode::Bits32, PagingLevel::PT};
    path.set(PagingLevel::PD, flag::P | flag::RW | flag::US | flag::PS);
    path.context.pse = false;
    PageWalk const small = path.walk({});
    REQUIRE(small.outcome);
    CHECK(small.outcome.value().page_size == 4096);
    path.context.pse = true;
    PageWalk const large = path.walk({});
    CHECK(large.steps.size() == 1);
}

TEST_CASE("mmu: CR4.PSE means nothing to 8-byte entries") {
    for (PagingMode const mode : {PagingMode::PAE, PagingMode::Level4}) {
        OnePath path{mode, PagingLevel::PD};
        path.context.pse = false;
        CHECK(path.walk({}).outcome.value().page_size == 2U << 20U);
    }
}

TEST_CASE("mmu: a 4-MiB page reaches 40 bits of physical address, and bit 21 stays reserved") {
    OnePath path{PagingMode::Bits32, PagingLevel::PD};
    path.set_raw(PagingLevel::PD, 0xffc0'0000 | 0x001f'e000 | flag::PS | flag::P);
    CHECK(path.walk({}).outcome.value().address == PhysicalAddress{0xff'ffc0'0000 | 0x34'5678});
    path.set_raw(PagingLevel::PD, 0x0020'0000 | flag::PS | flag::P);
    CHECK(path.walk({}).outcome.error().rule == &rules::p32_pde_4m_reserved);
}

TEST_CASE("mmu: G counts in the leaf only, and only while CR4.PGE = 1") {
    for (PathShape const& shape : path_shapes) {
        OnePath path{shape.mode, shape.leaf};
        INFO(shape.name);
        path.set(shape.leaf, flag::P | flag::G);
        CHECK_FALSE(path.walk({}).outcome.value().global);
        path.context.pge = true;
        CHECK(path.walk({}).outcome.value().global);
        path.set(shape.leaf, flag::P);
        for (PagingLevel const level : path.levels()) {
            if (level != shape.leaf && !path.is_register(level)) {
                path.set(level, flag::P | flag::G);
            }
        }
        CHECK_FALSE(path.walk({}).outcome.value().global);
    }
}

TEST_CASE("mmu: CR3's low bits and, with PCIDs, its bit 63 are no part of the table's address") {
    OnePath path{PagingMode::Level4, PagingLevel::PT};
    path.context.cr3 = OnePath::root | 0xfff | u64{1} << 63U;
    CHECK(path.walk({}).outcome);
    OnePath low{PagingMode::Bits32, PagingLevel::PT};
    low.context.cr3 = OnePath::root | 0x18;
    CHECK(low.walk({}).outcome);
}

TEST_CASE("mmu: a table beyond the end of memory reads as ones and refuses, without a crash") {
    OnePath path{PagingMode::Level4, PagingLevel::PT};
    path.context.cr3 = 0xf'ffff'ffff'f000;
    CHECK(path.walk({}).outcome.error().error_code == 0x9); // PS in a PML4E is reserved
}

TEST_CASE("mmu: tables that point to themselves end after as many steps as there are levels") {
    FlatMemory memory{0x2000};
    for (u64 at = 0x1000; at < 0x2000; at += 8) {
        memory.write64(PhysicalAddress{at}, 0x1007);
    }
    PageWalk const walk = mmu::walk(memory, {.mode = PagingMode::Level4, .cr3 = 0x1000},
                                    {.address = LinearAddress{0}});
    CHECK(walk.steps.size() == 4);
    CHECK(walk.outcome.value().address == PhysicalAddress{0x1000});
}

TEST_CASE("mmu: a walk reads one entry a level from memory, but a PDPTE of PAE from its register") {
    for (PathShape const& shape : path_shapes) {
        INFO(shape.name);
        OnePath path{shape.mode, shape.leaf};
        PageWalk const walk = path.walk({});
        CHECK(memory_reads(walk) == walk.steps.size() - (shape.mode == PagingMode::PAE ? 1 : 0));
    }
}

TEST_CASE("mmu: PWT and PCD are told as the entry has them") {
    PageTableEntry const none{0x1007};
    PageTableEntry const both{0x101f};
    CHECK_FALSE(none.write_through());
    CHECK_FALSE(none.cache_disable());
    CHECK(both.write_through());
    CHECK(both.cache_disable());
}

TEST_CASE("mmu: every rule has an id of its own, a sentence and a section") {
    std::set<std::string_view> ids;
    for (Rule const* const rule : mmu_rules()) {
        CHECK(ids.insert(rule->id).second);
        CHECK(rule->id.starts_with("paging."));
        CHECK(rule->sentence.ends_with('.'));
        CHECK(rule->sdm.starts_with("SDM 3A 5."));
    }
    CHECK(ids.size() == 22);
}

} // namespace ringside::mmu
