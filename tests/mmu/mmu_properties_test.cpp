// The whole Mmu under random kernels: one that always invalidates, and one that never does.
#include "mmu/mmu.hpp"

#include <doctest/doctest.h>

#include <rapidcheck.h>

#include "one_path.hpp"

namespace ringside::mmu {

namespace {

struct Guest {
    explicit Guest(PathShape const& shape)
        : path{shape.mode, shape.leaf} {
        path.context.pge = *rc::gen::arbitrary<bool>();
        any_controls();
    }

    void any_controls() {
        path.context.wp = *rc::gen::arbitrary<bool>();
        path.context.smep = *rc::gen::arbitrary<bool>();
        path.context.smap = *rc::gen::arbitrary<bool>();
        path.context.ac = *rc::gen::arbitrary<bool>();
    }

    // A new entry in some level: any rights, any state, often present.
    void write_an_entry() {
        auto const& levels = path.levels();
        PagingLevel const level = levels[*rc::gen::inRange<std::size_t>(0, levels.size())];
        u64 const flags = *rc::gen::inRange<u64>(0, 0x200) & ~u64{flag::PS};
        u64 const present = *rc::gen::inRange(0, 8) != 0 ? flag::P : 0;
        if (!path.is_register(level)) {
            path.set(level, flags | present);
        }
    }

    Access any_access() {
        bool const user = *rc::gen::arbitrary<bool>();
        AccessType const type =
            *rc::gen::element(AccessType::Read, AccessType::Write, AccessType::Fetch);
        bool const implicit = type != AccessType::Fetch && *rc::gen::inRange(0, 4) == 0;
        return {.address = path.address, .type = type, .user = user, .implicit = implicit};
    }

    OnePath path;
    Mmu mmu;
};

PathShape any_shape() {
    return path_shapes[*rc::gen::inRange<std::size_t>(0, path_shapes.size())];
}

bool same_outcome(Lookup const& lookup, PageWalk const& walk) {
    if (!lookup.outcome || !walk.outcome) {
        return !lookup.outcome && !walk.outcome &&
               lookup.outcome.error().error_code == walk.outcome.error().error_code &&
               lookup.outcome.error().rule == walk.outcome.error().rule;
    }
    return lookup.outcome.value().address == walk.outcome.value().address;
}

} // namespace

TEST_CASE("mmu: a kernel that invalidates after every change never notices the TLB") {
    CHECK(rc::check("look_up == walk", [] {
        Guest guest{any_shape()};
        int const steps = *rc::gen::inRange(1, 40);
        for (int step = 0; step < steps; ++step) {
            if (*rc::gen::inRange(0, 3) == 0) {
                guest.write_an_entry();
                guest.mmu.tlb().invalidate(guest.path.address, 0);
            }
            guest.any_controls();
            Access const access = guest.any_access();
            OnePath cold = guest.path;
            PageWalk const walk = mmu::walk(cold.memory, cold.context, access);
            commit(walk, cold.memory);
            Lookup const lookup = guest.mmu.look_up(guest.path.memory, guest.path.context, access);
            guest.mmu.commit(lookup, guest.path.memory, guest.path.context);
            RC_ASSERT(same_outcome(lookup, walk));
            RC_ASSERT(guest.path.memory == cold.memory); // the same A and D bits
        }
    }));
}

TEST_CASE("mmu: without invalidation a hit gives what some earlier walk gave, never more") {
    CHECK(rc::check("a hit was once walked", [] {
        Guest guest{any_shape()};
        std::optional<TlbEntry> filled; // by the last walk that succeeded
        int const steps = *rc::gen::inRange(1, 40);
        for (int step = 0; step < steps; ++step) {
            guest.write_an_entry();
            Access const access = guest.any_access();
            Lookup const lookup = guest.mmu.look_up(guest.path.memory, guest.path.context, access);
            guest.mmu.commit(lookup, guest.path.memory, guest.path.context);
            if (!lookup.walk) {
                RC_ASSERT(filled.has_value());
                RC_ASSERT(permits(*filled, guest.path.context, access));
                RC_ASSERT(guest.mmu.tlb().list() == std::vector<TlbEntry>{*filled});
            } else if (lookup.outcome) {
                RC_ASSERT(guest.mmu.tlb().size() == 1U);
                filled = guest.mmu.tlb().list().front();
            } else {
                RC_ASSERT(guest.mmu.tlb().size() == 0U); // a page fault drops the page's entry
                filled.reset();
            }
        }
    }));
}

} // namespace ringside::mmu
