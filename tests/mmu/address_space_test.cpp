// The list of mappings says exactly what a walk would, at every page.
#include "core/x86/bits.hpp"
#include "mmu/mmu.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "one_path.hpp"

namespace ringside::mmu {

namespace {

constexpr u64 page = 4096;

MappedRange const* range_at(std::vector<MappedRange> const& ranges, LinearAddress address) {
    auto const after =
        std::ranges::upper_bound(ranges, address, {}, [](MappedRange const& r) { return r.start; });
    if (after == ranges.begin()) {
        return nullptr;
    }
    MappedRange const& range = *std::prev(after);
    return address.value() - range.start.value() < range.size ? &range : nullptr;
}

// "" or what is wrong. A supervisor read with everything off is refused only where nothing is
// mapped.
std::string compare(FlatMemory const& memory, PagingContext const& context,
                    std::vector<MappedRange> const& ranges, LinearAddress address) {
    PageWalk const walk = mmu::walk(memory, context, {.address = address});
    MappedRange const* const range = range_at(ranges, address);
    if (!walk.outcome || range == nullptr) {
        return static_cast<bool>(walk.outcome) == (range != nullptr) ? "" : "mapped or not?";
    }
    Translation const& found = walk.outcome.value();
    u64 const leaf = walk.steps.back().entry;
    MappedRange const expected{
        .start = range->start,
        .size = range->size,
        .physical =
            PhysicalAddress{found.address.value() - (address.value() - range->start.value())},
        .page_size = found.page_size,
        .user = found.user,
        .writable = found.writable,
        .no_execute = found.no_execute,
        .global = found.global,
        .accessed = (leaf & flag::A) != 0,
        .dirty = (leaf & flag::D) != 0,
    };
    return expected == *range ? "" : "another page, other rights or other bits";
}

// Ranges in order, not touching one they could be one with.
bool merged(std::vector<MappedRange> const& ranges) {
    for (std::size_t place = 1; place < ranges.size(); ++place) {
        MappedRange grown = ranges[place - 1];
        LinearAddress const end = grown.start + grown.size;
        if (ranges[place].start < end) {
            return false;
        }
        grown.start = end;
        grown.physical = grown.physical + grown.size;
        grown.size = ranges[place].size;
        if (grown == ranges[place]) {
            return false;
        }
    }
    return true;
}

// Tables of random entries: pointers to the few tables there are, leaves anywhere, runs of equal
// pages, holes and reserved bits.
class RandomTables {
public:
    static constexpr u64 tables = 16;

    RandomTables(PagingMode mode, u32 seed)
        : memory{tables * page}
        , random_{seed} {
        context.mode = mode;
        context.cr3 = 0;
        context.pse = random_() % 2 == 0;
        context.pge = random_() % 2 == 0;
        context.nxe = random_() % 2 == 0;
        if (mode == PagingMode::Bits32) {
            fill<u32>();
        } else {
            fill<u64>();
        }
        for (u64& pdpte : context.pdptes) {
            pdpte = random_() % 4 == 0 ? 0 : (random_() % tables) * page | flag::P;
        }
    }

    FlatMemory memory;
    PagingContext context;

private:
    template <class Entry>
    void fill() {
        for (u64 at = 0; at < memory.size(); at += sizeof(Entry)) {
            u64 entry = any_entry(sizeof(Entry) == 8, at / page);
            if (is_sparse(at / page)) {
                entry = random_() % 32 == 0 ? entry : 0;
            } else if (at % 64 != 0) {
                entry = next_of(memory.read64(PhysicalAddress{at - sizeof(Entry)}));
            }
            if (sizeof(Entry) == 8) {
                memory.write64(PhysicalAddress{at}, entry);
            } else {
                memory.write32(PhysicalAddress{at}, static_cast<u32>(entry));
            }
        }
    }

    // So that a tree of four levels stays small enough to be listed whole.
    [[nodiscard]] bool is_sparse(u64 table) const {
        return context.mode == PagingMode::Level4 ? table < tables / 2 : table == 0;
    }

    // Of four levels: 0 is the PML4, 1-3 are PDPTs, 4-7 page directories, the rest page tables.
    u64 any_table(u64 from) {
        if (context.mode != PagingMode::Level4) {
            return random_() % tables;
        }
        return from == 0 ? 1 + random_() % 3 : from < 4 ? 4 + random_() % 4 : 8 + random_() % 8;
    }

    // The same rights, the next frame, now and then a change.
    u64 next_of(u64 entry) { return random_() % 8 == 0 ? any_entry(true, tables) : entry + page; }

    u64 any_entry(bool wide, u64 from) {
        u64 const flags = random_() & 0x1e7;
        u64 entry = any_table(from) * page | flags | (random_() % 4 == 0 ? 0 : flag::P);
        if (random_() % 8 != 0) {
            entry &= ~flag::PS;
        }
        if (wide && random_() % 4 == 0) {
            entry |= flag::XD;
        }
        return wide && random_() % 16 == 0 ? entry | u64{1} << 45U : entry;
    }

    std::mt19937 random_;
};

} // namespace

TEST_CASE("maps: the list equals the walk at every page of a 4-GiB space") {
    for (PagingMode const mode : {PagingMode::Bits32, PagingMode::PAE}) {
        for (u32 seed = 0; seed < 2; ++seed) {
            RandomTables const tables{mode, seed};
            std::vector<MappedRange> const ranges = list_mappings(tables.memory, tables.context);
            CHECK(ranges.size() > 100);
            CHECK(merged(ranges));
            u64 wrong = 0;
            for (u64 address = 0; address < u64{1} << 32U; address += page) {
                wrong +=
                    compare(tables.memory, tables.context, ranges, LinearAddress{address}).empty()
                        ? 0U
                        : 1U;
            }
            CHECK(wrong == 0);
        }
    }
}

TEST_CASE("maps: the list equals the walk at both ends of every range of a 48-bit space") {
    for (u32 seed = 0; seed < 2; ++seed) {
        RandomTables tables{PagingMode::Level4, seed};
        for (u64 const index : {0U, 255U, 256U, 511U}) {
            tables.memory.write64(PhysicalAddress{index * 8}, 0x1000 | flag::P | flag::RW);
        }
        std::vector<MappedRange> const ranges = list_mappings(tables.memory, tables.context);
        CHECK(merged(ranges));
        CHECK(ranges.size() > 100);
        CHECK(ranges.front().start.value() < u64{1} << 39U);
        CHECK(ranges.back().start.value() >= 0xffff'ff80'0000'0000);
        u64 wrong = 0;
        auto const ask = [&](u64 address) {
            LinearAddress const canonical{bit<47>(address) ? address | ~low_mask(48)
                                                           : address & low_mask(48)};
            wrong += compare(tables.memory, tables.context, ranges, canonical).empty() ? 0U : 1U;
        };
        for (std::size_t place = 0; place < ranges.size(); ++place) {
            MappedRange const& range = ranges[place];
            ask(range.start.value());
            ask(range.start.value() + range.size - 1);
            ask(range.start.value() + range.size);
            ask(range.start.value() - 1);
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("maps: listing sets no bit and reads no more than its limit of a tree without end") {
    FlatMemory memory{0x2000};
    for (u64 at = 0x1000; at < 0x2000; at += 8) {
        memory.write64(PhysicalAddress{at}, 0x1007); // each entry points to its own table
    }
    FlatMemory const before = memory;
    std::vector<MappedRange> const ranges =
        list_mappings(memory, {.mode = PagingMode::Level4, .cr3 = 0x1000});
    CHECK(ranges.size() > 1'000'000);
    CHECK(ranges.size() <= u64{1} << 22U);
    CHECK(memory == before);
}

TEST_CASE("maps: neighbouring pages of equal rights are one range; without paging there is none") {
    OnePath path{PagingMode::Bits32, PagingLevel::PT};
    path.memory.write32(path.entry_address(PagingLevel::PT) + 4,
                        static_cast<u32>(OnePath::frame + page + 7));
    std::vector<MappedRange> const ranges = list_mappings(path.memory, path.context);
    REQUIRE(ranges.size() == 1);
    CHECK(ranges[0].start == path.address.page());
    CHECK(ranges[0].size == 2 * page);
    CHECK(ranges[0].physical == PhysicalAddress{OnePath::frame});
    CHECK(list_mappings(path.memory, {}).empty());
}

} // namespace ringside::mmu
