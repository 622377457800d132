// Repeated string instructions: before each walk and each fault inside one, the registers are those
// of the element that is about to begin, and every way to get there agrees.
#include "tests/core/both_ways.hpp"

#include <fmt/format.h>
#include <random>

namespace ringside::repeat_test {

using tests::BareMachine;
using tests::both_ways;
using tests::Listener;

namespace {

constexpr u64 limit = 10'000; // ticks
constexpr u64 source_page = BareMachine::data;
constexpr u64 destination_page = BareMachine::data + 0x10000;

// One REP between two pages on each side: elements go from the middle of the first to the second
// (or back), `before` of them in the page where they begin.
struct Repeat {
    std::string name;
    std::vector<u8> opcode; // with its prefixes
    u32 size;
    bool backwards;
    u32 reads; // elements of the source before its page's end; 0: no source
    u32 destination;
    u32 count;
};

u64 first_byte(u64 page, u32 before, Repeat const& repeat) {
    u64 const end = page + 0x1000;
    return repeat.backwards ? end + u64{before - 1} * repeat.size : end - u64{before} * repeat.size;
}

void set_up(BareMachine& bare, Repeat const& repeat, u64 absent) {
    std::vector<u8> code = repeat.opcode;
    code.push_back(0xf4);
    bare.machine.ram().write_bytes(PhysicalAddress{BareMachine::code}, code);
    for (u64 offset = 0; offset < 0x2000; offset += 4) {
        bare.put32(source_page + offset, 0x11111111);
        bare.put32(destination_page + offset, 0x11111111);
    }
    Cpu& cpu = bare.machine.cpu();
    cpu.rflags |= repeat.backwards ? u64{rflags::DF} : 0;
    cpu[Gpr::RSI] = repeat.reads == 0 ? 0 : first_byte(source_page, repeat.reads, repeat);
    cpu[Gpr::RDI] =
        repeat.destination == 0 ? 0 : first_byte(destination_page, repeat.destination, repeat);
    cpu[Gpr::RCX] = repeat.count;
    cpu[Gpr::RAX] = 0x11111111;
    if (absent != 0) {
        bare.map(absent, 0, 0);
    }
}

// SDM volume 2, "REP": what an exception finds in the registers after `done` elements.
void check_registers(Cpu const& cpu, Repeat const& repeat, u32 done) {
    u64 const moved = u64{done} * repeat.size;
    u64 const source = repeat.reads == 0 ? 0 : first_byte(source_page, repeat.reads, repeat);
    u64 const destination =
        repeat.destination == 0 ? 0 : first_byte(destination_page, repeat.destination, repeat);
    CHECK(cpu[Gpr::RCX] == repeat.count - done);
    CHECK(cpu[Gpr::RSI] == (repeat.reads == 0  ? 0
                            : repeat.backwards ? source - moved
                                               : source + moved));
    CHECK(cpu[Gpr::RDI] == (repeat.destination == 0 ? 0
                            : repeat.backwards      ? destination - moved
                                                    : destination + moved));
    CHECK(cpu.rip == BareMachine::code);
}

std::vector<Repeat> all_repeats() {
    struct Form {
        char const* name;
        std::vector<u8> prefixes;
        u8 opcode; // of bytes; words are the next
        bool reads;
        bool has_destination;
    };
    std::vector<Repeat> all;
    for (Form const& form :
         {Form{"movs", {0xf3}, 0xa4, true, true}, Form{"cmps", {0xf3}, 0xa6, true, true},
          Form{"stos", {0xf3}, 0xaa, false, true}, Form{"lods", {0xf3}, 0xac, true, false},
          Form{"scas", {0xf3}, 0xae, false, true}}) {
        for (u32 const size : {1U, 2U, 4U}) {
            std::vector<u8> opcode = form.prefixes;
            if (size == 2) {
                opcode.push_back(0x66);
            }
            opcode.push_back(static_cast<u8>(form.opcode + (size == 1 ? 0 : 1)));
            for (bool const backwards : {false, true}) {
                for (auto const& [reads, destination] :
                     {std::pair{3U, 5U}, std::pair{5U, 3U}, std::pair{4U, 4U}}) {
                    all.push_back(
                        {.name = fmt::format("{} {} {} {}/{}", form.name, size,
                                             backwards ? "down" : "up", reads, destination),
                         .opcode = opcode,
                         .size = size,
                         .backwards = backwards,
                         .reads = form.reads ? reads : 0,
                         .destination = form.has_destination ? destination : 0,
                         .count = 7});
                }
            }
        }
    }
    return all;
}

// The second page of the side, in the direction of the elements.
u64 second(u64 page, Repeat const& repeat) {
    return repeat.backwards ? page : page + 0x1000;
}

} // namespace

TEST_CASE("repeat: where a page is walked or faults, the elements before are done and counted") {
    for (Repeat const& repeat : all_repeats()) {
        CAPTURE(repeat.name);
        for (u64 const absent :
             {u64{0}, second(source_page, repeat), second(destination_page, repeat)}) {
            bool const in_source = absent == second(source_page, repeat) && repeat.reads != 0;
            bool const in_destination =
                absent == second(destination_page, repeat) && repeat.destination != 0;
            CAPTURE(absent);
            BareMachine free_run{Ring::R3};
            set_up(free_run, repeat, absent);
            Listener heard;
            free_run.machine.set_sink(&heard);
            free_run.machine.run_until_tick(limit);
            std::size_t seen = 0;
            for (trace::Event const& event : heard.events) {
                auto const* const walk = std::get_if<trace::Walk>(&event.body);
                auto const* const fault = std::get_if<trace::PageFault>(&event.body);
                u64 const page = fault != nullptr  ? LinearAddress{fault->cr2}.page().value()
                                 : walk != nullptr ? walk->walk->access.address.page().value()
                                                   : 0;
                bool const source = page == second(source_page, repeat);
                if (!source && page != second(destination_page, repeat)) {
                    continue;
                }
                ++seen;
                BareMachine there{Ring::R3};
                set_up(there, repeat, absent);
                there.machine.run_until_tick(event.tick);
                check_registers(there.machine.cpu(), repeat,
                                source ? repeat.reads : repeat.destination);
            }
            // The fault and its walk, and a walk of each page that was reached before.
            u32 const faulting = in_source        ? repeat.reads
                                 : in_destination ? repeat.destination
                                                  : repeat.count;
            auto const is_reached = [&](u32 at, bool faults) {
                return at != 0 && !faults && at < faulting ? 1U : 0U;
            };
            std::size_t const least = (in_source || in_destination ? 2U : 0U) +
                                      is_reached(repeat.reads, in_source) +
                                      is_reached(repeat.destination, in_destination);
            // Of two accesses of one element either may come first: the manual does not say.
            bool const is_tie = faulting < repeat.count && repeat.reads == repeat.destination;
            CHECK(seen >= least);
            CHECK(seen <= least + (is_tie ? 1U : 0U));
        }
    }
}

TEST_CASE("repeat: stepped and run freely to each tick, over absent pages and limits alike") {
    std::mt19937 random{20261126};
    auto const any = [&](u32 most) { return static_cast<u32>(random() % (most + 1)); };
    auto const repeats = all_repeats();
    for (int round = 0; round < 60; ++round) {
        Repeat repeat = repeats[random() % repeats.size()];
        repeat.count = 1 + any(5000);
        u64 const absent = any(1) == 0 ? 0 : source_page + 0x1000 * u64{any(20)};
        bool const has_limit = any(2) == 0;
        u64 const ds_limit = destination_page + any(0x3000);
        CAPTURE(repeat.name);
        CAPTURE(repeat.count);
        CAPTURE(absent);
        auto const prepare = [&](BareMachine& bare) {
            set_up(bare, repeat, absent);
            if (has_limit) { // of DS and ES, a byte granular one
                bare.put64(BareMachine::gdt + 0x20,
                           0x0040f30000000000 | (ds_limit & 0xffff) | (ds_limit >> 16U) << 48U);
                bare.enter(Ring::R3);
                bare.machine.cpu().segments[seg::SegmentName::SS] =
                    bare.segment(BareMachine::user_ds, 0x20);
            }
        };
        BareMachine stepped{Ring::R3};
        prepare(stepped);
        std::vector<u64> hashes{stepped.machine.state_hash()};
        while (!stepped.machine.end()) {
            stepped.machine.step();
            hashes.push_back(stepped.machine.state_hash());
        }
        REQUIRE(stepped.machine.ticks() + 1 == hashes.size());
        for (u64 tick = 0; tick < hashes.size(); ++tick) {
            BareMachine free_run{Ring::R3};
            prepare(free_run);
            free_run.machine.run_until_tick(tick);
            CAPTURE(tick);
            REQUIRE(free_run.machine.ticks() == tick);
            REQUIRE(free_run.machine.state_hash() == hashes[tick]);
        }
    }
}

TEST_CASE("repeat: a watched element is a tick of its own, and so is its trap") {
    both_ways(
        Ring::R3,
        [](BareMachine& bare) {
            bare.put(BareMachine::code, {0xf3, 0xaa, 0xf4}); // rep stosb
            Cpu& cpu = bare.machine.cpu();
            cpu[Gpr::RDI] = BareMachine::data;
            cpu[Gpr::RCX] = 8;
            cpu.dr[0] = BareMachine::data + 4;
            cpu.dr[7] = 0x10001; // writes of a byte
        },
        [](BareMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 1);
            CHECK(bare.reg(Gpr::RCX) == 3);
            CHECK(bare.reg(Gpr::RDI) == BareMachine::data + 5);
            auto const hits = heard.all<trace::DebugHit>();
            REQUIRE(hits.size() == 1);
            CHECK(bare.machine.pauses() == 1);
            CHECK(bare.machine.ticks() == 3); // five elements, #DB, HLT
        });
}

} // namespace ringside::repeat_test
