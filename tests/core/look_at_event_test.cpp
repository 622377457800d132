// Looking at an event shows the machine in the middle of its step, and leaves no trace.
#include "core/session.hpp"
#include "tests/core/guests.hpp"

#include <doctest/doctest.h>

namespace ringside {

namespace {

struct Run {
    char const* program;
    Split split;
};

} // namespace

TEST_CASE("session: every event is met again in its step, in the state that its record names") {
    for (Run const& run : {Run{"pages", Split::ThreeOne}, Run{"pages", Split::FourFour},
                           Run{"pointers", Split::ThreeOne}, Run{"bad/divide", Split::FourFour},
                           Run{"bad/bad_segment", Split::ThreeOne}}) {
        Session session{tests::guest(run.program, run.split)};
        session.record(10'000'000);
        auto const& events = session.events();
        for (u64 index = 0; index < events.size(); ++index) {
            INFO(run.program, " ", to_string(run.split), " event ", index);
            bool looked = false;
            bool const met = session.look_at_event(index, [&] {
                looked = true;
                Cpu const& cpu = session.cpu();
                CHECK(cpu.rip == events[index].ip);
                CHECK(cpu.cr3 == events[index].cr3);
                CHECK(cpu.segments[seg::SegmentName::CS].selector.raw == events[index].cs);
                CHECK(number(cpu.cpl()) == events[index].cpl);
            });
            CHECK(met);
            CHECK(looked);
            CHECK(session.moment().tick == events[index].tick);
            CHECK(session.moment().event == index);
        }
    }
}

TEST_CASE("session: looking leaves the state as it was, and an error of the look comes out") {
    Session session{tests::guest("pages", Split::ThreeOne)};
    session.record(10'000'000);
    auto const& events = session.events();
    for (u64 index = 3; index < events.size(); index += 60) {
        session.go_to_event(index);
        u64 const before = session.state_hash();
        session.look_at_event(index, [] {});
        CHECK(session.state_hash() == before);
        CHECK_THROWS_AS(session.look_at_event(index, [] { throw HostError{"seen"}; }), HostError);
        CHECK(session.state_hash() == before);
    }
}

TEST_CASE("session: a repeated instruction is seen at the element whose page it walks") {
    Session session{tests::guest("pages", Split::ThreeOne)};
    session.record(10'000'000);
    auto const& events = session.events();
    std::size_t repeated = 0;
    for (u64 index = 0; index < events.size(); ++index) {
        auto const* const walk = std::get_if<trace::Walk>(&events[index].body);
        if (walk == nullptr || walk->walk->access.implicit || walk->walk->outcome) {
            continue;
        }
        // A walk that ends in a fault is that of an operand or of the fetch: of one of them.
        session.look_at_event(index, [&] {
            u64 const wanted = walk->walk->access.address.value();
            std::size_t found = 0;
            auto const accesses = session.explain_instruction();
            for (Explanation const& access : accesses) {
                bool const same =
                    access.segment.outcome &&
                    wanted - access.segment.outcome.value().value() < access.segment.size;
                found += same ? 1U : 0U;
                CHECK((!same || !access.lookup->outcome));
            }
            CHECK(found == 1);
            repeated += accesses.size() == 3 ? 1U : 0U;
        });
    }
    CHECK(repeated >= 1); // the MOVS of copy_from_user
}

TEST_CASE("session: going to a walk or a fault shows the registers that the processor had there") {
    std::size_t inside_repeats = 0;
    Session session{tests::guest("pages", Split::ThreeOne)};
    session.record(10'000'000);
    auto const& events = session.events();
    for (u64 index = 0; index < events.size(); ++index) {
        trace::Body const& body = events[index].body;
        if (!std::holds_alternative<trace::Walk>(body) &&
            !std::holds_alternative<trace::PageFault>(body)) {
            continue;
        }
        CAPTURE(index);
        session.go_to_event(index);
        auto const registers = session.cpu().gpr;
        u64 const tick = session.moment().tick;
        if (tick > 0) {
            session.go_to_tick(tick - 1);
            bool const retired = session.insns() != events[index].insn;
            inside_repeats += !retired && session.cpu().rip == events[index].ip ? 1U : 0U;
        }
        session.look_at_event(index, [&] { CHECK(session.cpu().gpr == registers); });
    }
    CHECK(inside_repeats >= 1); // the MOVS of copy_from_user, at its second page
}

} // namespace ringside
