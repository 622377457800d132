// Counting, and what a system call's round trip is.
#include "core/trace/areas.hpp"
#include "core/trace/as.hpp"
#include "core/trace/counters.hpp"
#include "kernel_stub/abi/tracepoints.h"
#include "tests/trace/story_builder.hpp"

#include <doctest/doctest.h>

using namespace ringside;
using namespace ringside::trace;
using namespace ringside::trace::testing;

TEST_SUITE("trace: counters") {
    TEST_CASE("a write() over three pages: what each split pays, by the specification of the "
              "sample `pages`") {
        auto const three = round_trips(three_one_write());
        auto const four = round_trips(four_four_write());
        REQUIRE(three.size() == 2);
        REQUIRE(four.size() == 2);
        CHECK(three[0].counters.cr3_writes == 0);
        CHECK(three[0].counters.page_faults == 1);
        CHECK(three[0].counters.softwalks == 0);
        CHECK(three[0].counters.copies == 1);
        CHECK(three[0].counters.failed_walks == 1);
        CHECK(four[0].counters.cr3_writes == 2);
        CHECK(four[1].counters.cr3_writes == 2);
        CHECK(four[0].counters.page_faults == 0);
        CHECK(four[0].counters.softwalks == 4);
        CHECK(four[0].counters.failed_softwalks == 1);
        CHECK(four[0].counters.kmaps == 3);
        CHECK(four[0].counters.fault_ins == 1);
        CHECK(four[0].counters.flushed_entries == 16);
        CHECK(four[0].counters.invlpgs == 3);
    }

    TEST_CASE("a round trip goes from the gate to the next return to ring 3 of the same process") {
        auto const events = three_one_write();
        auto const trips = round_trips(events);
        CHECK(as<Gate>(events[trips[0].entry])->vec == 128);
        CHECK(as<Syscall>(events[*trips[0].call])->name == "write");
        CHECK(as<Transfer>(events[*trips[0].leave])->to.cpl == 3);
        CHECK(*trips[0].leave <
              trips[1].entry); // the nested fault's IRET to ring 0 does not end it
    }

    TEST_CASE("exit and calls with a task switch between have no round trip") {
        StoryBuilder story;
        story.step(3).gate(0x80, GateSource::Int, 3);
        story.step(0).syscall(158, "sched_yield");
        story.step(0).add(Sched{1, 2});
        story.pid(2).step(0).iret(3);
        story.step(3).gate(0x80, GateSource::Int, 3);
        story.step(0).syscall(1, "exit", {0});
        auto const trips = round_trips(story.events);
        REQUIRE(trips.size() == 2);
        CHECK_FALSE(trips[0].leave);
        CHECK_FALSE(trips[1].leave);
        CHECK(trips[1].counters == Counters{});
    }

    TEST_CASE("INT 80h from ring 0, another INT and an exception do not begin a round trip") {
        StoryBuilder story;
        story.step(0).gate(0x80, GateSource::Int, 0);
        story.step(3).gate(3, GateSource::Int, 3);
        story.step(3).gate(0x80, GateSource::Exception, 3);
        CHECK(round_trips(story.events).empty());
    }
}

TEST_SUITE("trace: areas") {
    TEST_CASE(
        "maps, a hole, a protection change in the middle, growth, and the end of the process") {
        StoryBuilder story;
        auto const tell = [&](u32 op, u64 start, u64 end, u32 prot, std::string file, u64 pgoff,
                              u32 pid = 1) {
            story.add(Vma{op, start, end, prot, 0, std::move(file), pgoff, pid});
        };
        auto const list = [&] {
            std::string text;
            for (Vma const& area : areas_at(story.events, story.events.size(), 1)) {
                text += std::to_string(area.start >> 12U) + "-" + std::to_string(area.end >> 12U) +
                        ":" + std::to_string(area.prot) +
                        (area.file.empty() ? "" : "@" + std::to_string(area.pgoff)) + " ";
            }
            return text;
        };
        tell(TP_VMA_MAP, 0x8000, 0x10000, 5, "hello", 0);
        tell(TP_VMA_MAP, 0x20000, 0x24000, 3, "", 0);
        tell(TP_VMA_MAP, 0x8000, 0x9000, 7, "other", 0, 2); // another process
        CHECK(list() == "8-16:5@0 32-36:3 ");
        tell(TP_VMA_UNMAP, 0xa000, 0xb000, 5, "hello", 2);
        CHECK(list() == "8-10:5@0 11-16:5@3 32-36:3 ");
        tell(TP_VMA_PROTECT, 0x21000, 0x22000, 1, "", 0);
        CHECK(list() == "8-10:5@0 11-16:5@3 32-33:3 33-34:1 34-36:3 ");
        tell(TP_VMA_GROW, 0x1f000, 0x21000, 3, "", 0);
        CHECK(list() == "8-10:5@0 11-16:5@3 31-33:3 33-34:1 34-36:3 ");
        story.add(Process{.pid = 1, .name = "hello", .parent = 0, .gone = true});
        CHECK(list().empty());
        CHECK(areas_at(story.events, 2, 1).size() == 2); // a moment in the past
    }
}
