// What a TLB keeps and what makes it forget (SDM volume 3, section 5.10), by scenes of kernel code:
// the tables change, the translation does not, until the kernel says so.
#include "mmu/mmu.hpp"

#include <doctest/doctest.h>

#include "one_path.hpp"

namespace ringside::mmu {

namespace {

// A processor with one path in its tables.
struct Scene {
    explicit Scene(PagingMode mode = PagingMode::Bits32, PagingLevel leaf = PagingLevel::PT)
        : path{mode, leaf} {}

    Lookup access(AccessType type = AccessType::Read, u64 offset = 0, bool user = false) {
        Access const request{.address = path.address + offset, .type = type, .user = user};
        Lookup const lookup = mmu.look_up(path.memory, path.context, request);
        dropped = mmu.commit(lookup, path.memory, path.context);
        return lookup;
    }
    u64 frame_seen(AccessType type = AccessType::Read) {
        Lookup const lookup = access(type);
        REQUIRE(lookup.outcome);
        return lookup.outcome.value().address.value() & ~((u64{1} << path.width()) - 1);
    }
    void point_leaf_to(u64 frame, u64 flags) {
        path.set_raw(path.leaf(), frame | path.page_flag(path.leaf()) | flags);
    }

    OnePath path;
    Mmu mmu;
    std::vector<TlbEntry> dropped; // by the last access
};

constexpr u64 old_frame = OnePath::frame;
constexpr u64 new_frame = 0x8000'0000;
constexpr u64 all = flag::P | flag::RW | flag::US;

} // namespace

TEST_CASE("tlb: the second access to a page does not walk") {
    for (PathShape const& shape : path_shapes) {
        Scene scene{shape.mode, shape.leaf};
        INFO(shape.name);
        Lookup const first = scene.access();
        Lookup const second = scene.access();
        CHECK(first.walk.has_value());
        CHECK_FALSE(second.walk.has_value());
        CHECK(second.outcome.value().address == first.outcome.value().address);
        CHECK(scene.mmu.tlb().size() == 1);
    }
}

TEST_CASE("tlb: a large page is one entry, for every address in it") {
    Scene scene{PagingMode::Level4, PagingLevel::PDPT};
    scene.access();
    Lookup const far = scene.access(AccessType::Read, 0x1234'5678);
    CHECK_FALSE(far.walk.has_value());
    CHECK(far.outcome.value().address.value() ==
          old_frame + (scene.path.address.value() & 0x3fff'ffff) + 0x1234'5678);
}

TEST_CASE("tlb: looking up changes nothing until it is committed") {
    Scene scene;
    FlatMemory const before = scene.path.memory;
    Access const request{.address = scene.path.address, .type = AccessType::Write};
    CHECK(scene.mmu.look_up(scene.path.memory, scene.path.context, request).outcome);
    CHECK(scene.path.memory == before);
    CHECK(scene.mmu.tlb().size() == 0);
}

TEST_CASE("tlb: without INVLPG a changed entry is not seen; with it, it is") {
    for (PathShape const& shape : path_shapes) {
        Scene scene{shape.mode, shape.leaf};
        INFO(shape.name);
        CHECK(scene.frame_seen() == old_frame);
        scene.point_leaf_to(new_frame, all);
        CHECK(scene.frame_seen() == old_frame); // the stale translation: a real, visible bug
        scene.point_leaf_to(0, 0);
        CHECK(scene.frame_seen() == old_frame); // even after it was unmapped
        scene.point_leaf_to(new_frame, all);
        CHECK(scene.mmu.tlb().invalidate(scene.path.address, 0).size() == 1);
        CHECK(scene.frame_seen() == new_frame);
    }
}

TEST_CASE("tlb: a revoked right stays granted until the entry is invalidated") {
    Scene scene;
    CHECK(scene.access(AccessType::Write, 0, true).outcome);
    scene.path.set(PagingLevel::PT, flag::P); // read-only, supervisor
    CHECK(scene.access(AccessType::Write, 0, true).outcome);
    scene.mmu.tlb().flush_non_global(0, false);
    CHECK(scene.access(AccessType::Write, 0, true).outcome.error().error_code == 0x7);
}

TEST_CASE("tlb: a granted right is seen at once, for a refusing entry makes the processor walk") {
    Scene scene;
    scene.path.context.wp = true;
    scene.path.set(PagingLevel::PT, flag::P | flag::US);
    CHECK(scene.access(AccessType::Read, 0, true).outcome);
    scene.path.set(PagingLevel::PT, all);
    Lookup const write = scene.access(AccessType::Write, 0, true);
    CHECK(write.outcome);
    CHECK(write.walk.has_value());
    REQUIRE(scene.dropped.size() == 1);
    CHECK_FALSE(scene.dropped[0].writable);
    CHECK(scene.mmu.tlb().list().at(0).writable);
}

TEST_CASE("tlb: the first write after a read walks once more, to set D") {
    Scene scene;
    scene.access(AccessType::Read);
    CHECK((scene.path.entry(PagingLevel::PT) & flag::D) == 0);
    CHECK(scene.access(AccessType::Write).walk.has_value());
    CHECK((scene.path.entry(PagingLevel::PT) & flag::D) != 0);
    CHECK_FALSE(scene.access(AccessType::Write).walk.has_value());
}

TEST_CASE("tlb: a D bit cleared in memory alone stays clear while the entry is cached") {
    Scene scene;
    scene.access(AccessType::Write);
    scene.path.set(PagingLevel::PT, all); // the kernel cleans the page and forgets INVLPG
    scene.access(AccessType::Write);
    CHECK((scene.path.entry(PagingLevel::PT) & flag::D) == 0);
    scene.mmu.tlb().invalidate(scene.path.address, 0);
    scene.access(AccessType::Write);
    CHECK((scene.path.entry(PagingLevel::PT) & flag::D) != 0);
}

TEST_CASE("tlb: a not-present page is not cached") {
    Scene scene;
    scene.path.set_raw(PagingLevel::PT, 0);
    CHECK_FALSE(scene.access().outcome);
    CHECK(scene.mmu.tlb().size() == 0);
    scene.path.set(PagingLevel::PT, all);
    CHECK(scene.access().outcome); // no INVLPG needed to make a page present
}

TEST_CASE("tlb: a page fault drops the cached entry of its page") {
    Scene scene;
    scene.access(AccessType::Read);
    scene.path.set_raw(PagingLevel::PT, 0);
    CHECK_FALSE(scene.access(AccessType::Write).outcome); // walks for D, finds nothing
    CHECK(scene.dropped.size() == 1);
    CHECK_FALSE(scene.access(AccessType::Read).outcome);
}

TEST_CASE("tlb: MOV to CR3 drops all but global entries; INVLPG and a flush drop those too") {
    for (PathShape const& shape : path_shapes) {
        Scene scene{shape.mode, shape.leaf};
        INFO(shape.name);
        scene.path.context.pge = true;
        scene.point_leaf_to(old_frame, all | flag::G);
        scene.access();
        scene.point_leaf_to(new_frame, all | flag::G);
        CHECK(scene.mmu.tlb().flush_non_global(0, false).empty());
        CHECK(scene.frame_seen() == old_frame);
        CHECK(scene.mmu.tlb().invalidate(scene.path.address, 0).size() == 1);
        CHECK(scene.frame_seen() == new_frame);
        CHECK(scene.mmu.tlb().flush_all().size() == 1);
        CHECK(scene.mmu.tlb().size() == 0);
    }
}

TEST_CASE("tlb: while CR4.PGE = 0 an entry with G is dropped as any other") {
    Scene scene;
    scene.point_leaf_to(old_frame, all | flag::G);
    scene.access();
    CHECK(scene.mmu.tlb().flush_non_global(0, false).size() == 1);
}

TEST_CASE("tlb: with PCIDs each address space has its own entries, and global ones serve all") {
    Scene scene{PagingMode::Level4, PagingLevel::PT};
    scene.path.context.pcide = true;
    scene.path.context.pge = true;
    scene.path.context.cr3 = OnePath::root | 5;
    scene.access();
    scene.path.context.cr3 = OnePath::root | 6;
    CHECK(scene.access().walk.has_value()); // not PCID 5's entry
    CHECK(scene.mmu.tlb().size() == 2);
    CHECK(scene.mmu.tlb().flush_non_global(6, true).size() == 1); // MOV to CR3 with PCID 6
    scene.path.context.cr3 = OnePath::root | 5;
    CHECK_FALSE(scene.access().walk.has_value());

    scene.mmu.tlb().flush_all();
    scene.point_leaf_to(old_frame, all | flag::G);
    scene.access();
    scene.path.context.cr3 = OnePath::root | 9;
    CHECK_FALSE(scene.access().walk.has_value());
    CHECK(scene.mmu.tlb().invalidate(scene.path.address, 9).size() == 1); // INVLPG in any PCID
}

TEST_CASE("tlb: INVPCID's single address drops a PCID's own entry and leaves a global one") {
    Tlb tlb;
    tlb.insert({.page = LinearAddress{0x1000}, .pcid = 1});
    tlb.insert({.page = LinearAddress{0x1000}, .pcid = 2});
    tlb.insert({.page = LinearAddress{0x2000}, .pcid = 1, .global = true});
    CHECK(tlb.invalidate_own(LinearAddress{0x1000}, 1).size() == 1);
    CHECK(tlb.find(LinearAddress{0x1000}, 2) != nullptr);
    CHECK(tlb.invalidate_own(LinearAddress{0x2000}, 1).empty());
    CHECK(tlb.find(LinearAddress{0x2000}, 7) != nullptr);
}

TEST_CASE("tlb: what a PCID owns is its entries without the global ones") {
    Tlb tlb;
    tlb.insert({.page = LinearAddress{0x1000}, .pcid = 1});
    tlb.insert({.page = LinearAddress{0x3000}, .pcid = 2});
    tlb.insert({.page = LinearAddress{0x2000}, .pcid = 1, .global = true});
    auto const owned = tlb.owned_by(1);
    REQUIRE(owned.size() == 1);
    CHECK(owned.front().page == LinearAddress{0x1000});
    CHECK(tlb.owned_by(3).empty());
}

TEST_CASE("tlb: INVLPG leaves the entries of other PCIDs and of other pages") {
    Tlb tlb;
    tlb.insert({.page = LinearAddress{0x1000}, .pcid = 1});
    tlb.insert({.page = LinearAddress{0x1000}, .pcid = 2});
    tlb.insert({.page = LinearAddress{0x2000}, .pcid = 1});
    CHECK(tlb.invalidate(LinearAddress{0x1fff}, 1).size() == 1);
    CHECK(tlb.find(LinearAddress{0x1000}, 1) == nullptr);
    CHECK(tlb.find(LinearAddress{0x1000}, 2) != nullptr);
    CHECK(tlb.find(LinearAddress{0x2000}, 1) != nullptr);
}

TEST_CASE("tlb: INVLPG drops a large page's entry by any address in it") {
    for (u64 const size : {u64{2} << 20U, u64{4} << 20U, u64{1} << 30U}) {
        Tlb tlb;
        tlb.insert({.page = LinearAddress{0x4000'0000}, .page_size = size});
        CHECK(tlb.invalidate(LinearAddress{0x4000'0000 + size}, 0).empty());
        CHECK(tlb.invalidate(LinearAddress{0x4000'0000 + size - 1}, 0).size() == 1);
        CHECK(tlb.size() == 0);
    }
}

TEST_CASE("tlb: without paging nothing is cached") {
    Scene scene;
    scene.path.context = {};
    CHECK(scene.access().outcome.value().address.value() == scene.path.address.value());
    CHECK(scene.mmu.tlb().size() == 0);
}

TEST_CASE("tlb: SMAP and AC are asked at every access, cached or not") {
    Scene scene;
    scene.access();
    scene.path.context.smap = true;
    CHECK(scene.access().outcome.error().error_code == 0x1);
    scene.path.context.smap = false;
    scene.access();
    scene.path.context.smap = scene.path.context.ac = true;
    CHECK_FALSE(scene.access().walk.has_value());
}

} // namespace ringside::mmu
