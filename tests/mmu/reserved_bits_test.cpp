// Every bit of every entry format, for every MAXPHYADDR: is it reserved, and if it is part of the
// frame's address, does it arrive there?
#include "mmu/mmu.hpp"
#include "mmu/rules.hpp"

#include <doctest/doctest.h>

#include "entry_oracle.hpp"

namespace ringside::mmu {

namespace {

WalkStep const* step_of(PageWalk const& walk, PagingLevel level) {
    for (WalkStep const& step : walk.steps) {
        if (step.level == level) {
            return &step;
        }
    }
    return nullptr;
}

// P decides whether the entry is used at all, and PS makes another format of it.
bool changes_format(oracle::Format const& format, unsigned bit) {
    bool const has_ps = format.level == PagingLevel::PD ||
                        (format.level == PagingLevel::PDPT && format.mode == PagingMode::Level4);
    return bit == 0 || (bit == 7 && has_ps);
}

unsigned compare_bits(oracle::Format const& format, unsigned maxphyaddr, bool nxe) {
    unsigned reserved = 0;
    OnePath path{format.mode, format.leaf};
    path.context.maxphyaddr = static_cast<u8>(maxphyaddr);
    path.context.nxe = nxe;
    u64 const clean = path.entry(format.level);
    unsigned const entry_bits = format.mode == PagingMode::Bits32 ? 32 : 64;
    for (unsigned bit = 0; bit < entry_bits; ++bit) {
        if (changes_format(format, bit)) {
            continue;
        }
        bool const expected = oracle::is_reserved(format, bit, maxphyaddr, nxe);
        path.set_raw(format.level, clean | u64{1} << bit);
        PageWalk const walk = path.walk({.type = AccessType::Write, .user = true});
        INFO(format.name, " bit ", bit, " MAXPHYADDR ", maxphyaddr, " NXE ", nxe);
        WalkStep const* const step = step_of(walk, format.level);
        REQUIRE(step != nullptr);
        CHECK((step->verdict == WalkVerdict::ReservedBit) == expected);
        if (expected) {
            ++reserved;
            REQUIRE_FALSE(walk.outcome);
            CHECK(walk.outcome.error().error_code == 0xf);
            CHECK(walk.steps.back().level == format.level);
            CHECK(std::string_view{walk.outcome.error().rule->id}.ends_with("reserved"));
        }
    }
    path.set_raw(format.level, clean);
    CHECK(path.walk({}).outcome);
    return reserved;
}

} // namespace

TEST_CASE("mmu: each bit of each entry format is reserved exactly where the manual says so") {
    for (oracle::Format const& format : oracle::formats()) {
        for (unsigned maxphyaddr = 32; maxphyaddr <= 52; ++maxphyaddr) {
            unsigned const without_nx = compare_bits(format, maxphyaddr, false);
            unsigned const with_nx = compare_bits(format, maxphyaddr, true);
            CHECK(without_nx - with_nx == (format.mode == PagingMode::Bits32 ? 0U : 1U));
        }
    }
}

TEST_CASE("mmu: a reserved bit is reported before the rights of the same entry") {
    OnePath path{PagingMode::PAE, PagingLevel::PT};
    path.set(PagingLevel::PT, flag::P | u64{1} << 50U); // read-only, supervisor
    PageWalk const walk = path.walk({.type = AccessType::Write, .user = true});
    REQUIRE_FALSE(walk.outcome);
    CHECK(walk.outcome.error().error_code == 0xf);
    CHECK(walk.outcome.error().rule == &rules::pae_pte_reserved);
}

TEST_CASE("mmu: the frame's address bits arrive in the physical address, one by one") {
    for (PathShape const& shape : path_shapes) {
        unsigned const first = OnePath{shape.mode, shape.leaf}.width();
        unsigned const last = shape.mode != PagingMode::Bits32 ? 51
                              : shape.leaf == PagingLevel::PD  ? 39
                                                               : 31;
        for (unsigned bit = first; bit <= last; ++bit) {
            OnePath path{shape.mode, shape.leaf};
            path.context.maxphyaddr = 52;
            // PSE-36: bits 39:32 of a 4-MiB frame are bits 20:13 of the entry.
            bool const folded = shape.mode == PagingMode::Bits32 && bit >= 32;
            path.set_raw(shape.leaf, path.page_flag(shape.leaf) | flag::P |
                                         u64{1} << (folded ? bit - 19 : bit));
            PageWalk const walk = path.walk({});
            INFO(shape.name, " bit ", bit);
            REQUIRE(walk.outcome);
            CHECK(walk.outcome.value().address.value() ==
                  ((u64{1} << bit) | (path.address.value() & ((u64{1} << first) - 1))));
        }
    }
}

TEST_CASE("mmu: loading PDPTE registers refuses each reserved bit of a present entry, #GP(0)") {
    for (unsigned maxphyaddr = 32; maxphyaddr <= 52; ++maxphyaddr) {
        for (unsigned bit = 1; bit < 64; ++bit) {
            for (unsigned index = 0; index < 4; ++index) {
                FlatMemory memory{0x2000};
                PagingContext const context{.mode = PagingMode::PAE,
                                            .cr3 = 0x1fe0,
                                            .maxphyaddr = static_cast<u8>(maxphyaddr)};
                PhysicalAddress const at{0x1fe0 + u64{index} * 8};
                memory.write64(at, u64{1} << bit); // not present: nothing is reserved
                CHECK_FALSE(load_pdptes(memory, context).fault.has_value());
                memory.write64(at, u64{1} << bit | 1);
                PdpteLoad const load = load_pdptes(memory, context);
                bool const reserved =
                    bit == 1 || bit == 2 || (bit >= 5 && bit <= 8) || bit >= maxphyaddr;
                INFO("bit ", bit, " MAXPHYADDR ", maxphyaddr);
                REQUIRE(load.fault.has_value() == reserved);
                if (reserved) {
                    CHECK(load.fault->vector == ExceptionVector::GP);
                    CHECK(load.fault->error_code == 0);
                    CHECK(load.fault->rule == &rules::pae_pdpte_reserved);
                } else {
                    CHECK(load.pdptes[index] == (u64{1} << bit | 1));
                }
            }
        }
    }
}

} // namespace ringside::mmu
