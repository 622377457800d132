// The TLB against a list that is searched from end to end: any sequence of operations, same
// answers.
#include "mmu/tlb.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <rapidcheck.h>
#include <tuple>

namespace ringside::mmu {

namespace {

constexpr std::array<u64, 4> sizes{u64{1} << 12U, u64{1} << 21U, u64{1} << 22U, u64{1} << 30U};

bool covers(TlbEntry const& entry, LinearAddress address, u16 pcid) {
    return (entry.global || entry.pcid == pcid) && address.value() >= entry.page.value() &&
           address.value() - entry.page.value() < entry.page_size;
}

// The same page for the same owner: what an insertion replaces.
bool same_place(TlbEntry const& one, TlbEntry const& other) {
    return one.page == other.page && one.page_size == other.page_size &&
           one.global == other.global && (one.global || one.pcid == other.pcid);
}

auto order(TlbEntry const& entry) {
    return std::tuple{entry.pcid, entry.page, entry.page_size, entry.global};
}

class ListTlb {
public:
    void insert(TlbEntry const& entry) {
        std::erase_if(entries_, [&](TlbEntry const& old) { return same_place(old, entry); });
        entries_.push_back(entry);
    }
    template <class Predicate>
    std::vector<TlbEntry> drop(Predicate predicate) {
        std::vector<TlbEntry> dropped;
        std::ranges::copy_if(entries_, std::back_inserter(dropped), predicate);
        std::erase_if(entries_, predicate);
        std::ranges::sort(dropped, {}, order);
        return dropped;
    }
    [[nodiscard]] std::vector<TlbEntry> list() const {
        std::vector<TlbEntry> sorted = entries_;
        std::ranges::sort(sorted, {}, order);
        return sorted;
    }
    [[nodiscard]] bool holds(TlbEntry const& entry) const {
        return std::ranges::find(entries_, entry) != entries_.end();
    }
    [[nodiscard]] bool any_covers(LinearAddress address, u16 pcid) const {
        return std::ranges::any_of(
            entries_, [&](TlbEntry const& entry) { return covers(entry, address, pcid); });
    }

private:
    std::vector<TlbEntry> entries_;
};

std::vector<TlbEntry> sorted(std::vector<TlbEntry> entries) {
    std::ranges::sort(entries, {}, order);
    return entries;
}

// Few pages in three far regions, the upper half too, so that entries meet.
LinearAddress any_address() {
    u64 const region = *rc::gen::element(u64{0}, u64{0xc000'0000}, u64{0xffff'8000'0000'0000});
    u64 const offset = *rc::gen::oneOf(rc::gen::inRange<u64>(0, u64{1} << 15U),
                                       rc::gen::inRange<u64>(0, u64{1} << 24U),
                                       rc::gen::inRange<u64>(0, u64{1} << 31U));
    return LinearAddress{region + offset};
}

TlbEntry any_entry() {
    u64 const size = sizes[*rc::gen::inRange<std::size_t>(0, sizes.size())];
    return {.page = LinearAddress{any_address().value() & ~(size - 1)},
            .page_size = size,
            .frame = PhysicalAddress{*rc::gen::inRange<u64>(0, 1000) * size},
            .pcid = *rc::gen::inRange<u16>(0, 3),
            .user = *rc::gen::arbitrary<bool>(),
            .global = *rc::gen::inRange(0, 4) == 0};
}

void do_anything(Tlb& tlb, ListTlb& list) {
    u16 const pcid = *rc::gen::inRange<u16>(0, 3);
    switch (*rc::gen::weightedElement<int>({{12, 0}, {6, 1}, {1, 2}, {1, 3}, {1, 4}})) {
    case 0: {
        TlbEntry const entry = any_entry();
        tlb.insert(entry);
        list.insert(entry);
        break;
    }
    case 1: {
        LinearAddress const address = any_address();
        RC_ASSERT(sorted(tlb.invalidate(address, pcid)) ==
                  list.drop([&](TlbEntry const& entry) { return covers(entry, address, pcid); }));
        break;
    }
    case 2: {
        bool const pcide = *rc::gen::arbitrary<bool>();
        RC_ASSERT(sorted(tlb.flush_non_global(pcid, pcide)) ==
                  list.drop([&](TlbEntry const& entry) {
                      return !entry.global && (!pcide || entry.pcid == pcid);
                  }));
        break;
    }
    case 3:
        RC_ASSERT(sorted(tlb.flush_all()) == list.drop([](TlbEntry const&) { return true; }));
        break;
    default:
        tlb.assign(tlb.list()); // what a snapshot does
    }
}

void check_same(Tlb const& tlb, ListTlb const& list) {
    // Global entries are filed without their PCID, so only sorting says which came first.
    RC_ASSERT(sorted(tlb.list()) == list.list());
    RC_ASSERT(tlb.size() == list.list().size());
    LinearAddress const address = any_address();
    u16 const pcid = *rc::gen::inRange<u16>(0, 3);
    TlbEntry const* const found = tlb.find(address, pcid);
    RC_ASSERT((found != nullptr) == list.any_covers(address, pcid));
    bool const right = found == nullptr || (covers(*found, address, pcid) && list.holds(*found));
    RC_ASSERT(right);
}

} // namespace

TEST_CASE("tlb: any sequence of fills and flushes leaves what a searched list would hold") {
    CHECK(rc::check("tlb == list", [] {
        Tlb tlb;
        ListTlb list;
        int const steps = *rc::gen::inRange(1, 60);
        for (int step = 0; step < steps; ++step) {
            do_anything(tlb, list);
            check_same(tlb, list);
        }
    }));
}

TEST_CASE("tlb: ten thousand pages are held, found and dropped one by one") {
    Tlb tlb;
    for (u64 page = 0; page < 10'000; ++page) {
        tlb.insert({.page = LinearAddress{page << 12U}, .frame = PhysicalAddress{page << 13U}});
    }
    CHECK(tlb.size() == 10'000);
    for (u64 page = 0; page < 10'000; page += 2) {
        REQUIRE(tlb.invalidate(LinearAddress{page << 12U}, 0).size() == 1);
    }
    CHECK(tlb.size() == 5'000);
    for (u64 page = 0; page < 10'000; ++page) {
        TlbEntry const* const found = tlb.find(LinearAddress{page << 12U | 0xfff}, 0);
        REQUIRE((found != nullptr) == (page % 2 == 1));
        if (found != nullptr) {
            REQUIRE(found->frame == PhysicalAddress{page << 13U});
        }
    }
}

} // namespace ringside::mmu
