// Keys: hierarchical, unique, the same for the same event in every split; `key:a/b` finds a/b or
// what is below it.
#include "core/trace/as.hpp"
#include "core/trace/keys.hpp"
#include "core/trace/outline.hpp"
#include "tests/trace/story_builder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <rapidcheck.h>
#include <set>

using namespace ringside;
using namespace ringside::trace;
using namespace ringside::trace::testing;

namespace {

std::string listing(Outline const& outline, std::vector<Event> const& events) {
    std::string text = "\n";
    for (std::size_t i = 0; i < events.size(); ++i) {
        text += std::string{kind_name(events[i])} + " " + outline.keys[i] + "\n";
    }
    return text;
}

} // namespace

TEST_SUITE("trace: keys") {
    TEST_CASE("3G/1G: every event of a write() that faults in the middle has its place") {
        auto const events = three_one_write();
        CHECK(listing(make_outline(events), events) == R"(
cr_write boot/cr_write
walk boot/kernel/c0100000/walk
sched boot/sched
walk boot/exit/kernel/c0104000/walk
iret boot/exit
walk fault1/walk
page_fault fault1
walk fault1/entry/kernel/c0103000/walk
gate fault1/entry
fault_in fault1/fault_in
iret fault1/exit
walk user/after-fault1/8048000/walk
walk sys1/write/entry/kernel/c0103000/walk
gate sys1/write/entry
seg_load sys1/write/entry/seg_load
syscall sys1/write
walk sys1/write/kernel/c0105000/walk
access_ok sys1/write/access_ok
walk sys1/write/copy/p1/walk
walk sys1/write/copy/p1/kernel/c0300000/walk
walk sys1/write/copy/p2/walk
page_fault sys1/write/copy/p2/fault
gate sys1/write/copy/p2/fault/entry
fault_in sys1/write/copy/p2/fault/fault_in
iret sys1/write/copy/p2/fault/exit
walk sys1/write/copy/p2/walk#2
walk sys1/write/copy/p3/walk
copy sys1/write/copy
syscall_ret sys1/write/exit/syscall_ret
seg_load sys1/write/exit/seg_load
iret sys1/write/exit
gate sys2/getpid/entry
syscall sys2/getpid
syscall_ret sys2/getpid/exit/syscall_ret
iret sys2/getpid/exit
)");
    }

    TEST_CASE(
        "4G/4G: the same call, with the switches and the software look-ups under their own parts") {
        auto const events = four_four_write();
        CHECK(listing(make_outline(events), events) == R"(
cr_write boot/cr_write
walk boot/kernel/c0100000/walk
sched boot/sched
walk boot/exit/kernel/c0104000/walk
iret boot/exit
walk fault1/walk
page_fault fault1
walk fault1/entry/kernel/c0103000/walk
gate fault1/entry
cr_write fault1/entry/cr_write
tlb fault1/entry/tlb
fault_in fault1/fault_in
cr_write fault1/exit/cr_write
tlb fault1/exit/tlb
iret fault1/exit
walk user/after-fault1/8048000/walk
walk sys1/write/entry/kernel/c0103000/walk
gate sys1/write/entry
seg_load sys1/write/entry/seg_load
syscall sys1/write
cr_write sys1/write/entry/cr_write
tlb sys1/write/entry/tlb
walk sys1/write/kernel/2105000/walk
softwalk sys1/write/copy/p1/softwalk
kmap sys1/write/copy/p1/kmap
tlb sys1/write/copy/p1/tlb
walk sys1/write/copy/p1/kmap/walk
softwalk sys1/write/copy/p2/softwalk
fault_in sys1/write/copy/p2/fault/fault_in
softwalk sys1/write/copy/p2/softwalk#2
kmap sys1/write/copy/p2/kmap
tlb sys1/write/copy/p2/tlb
walk sys1/write/copy/p2/kmap/walk
softwalk sys1/write/copy/p3/softwalk
kmap sys1/write/copy/p3/kmap
tlb sys1/write/copy/p3/tlb
walk sys1/write/copy/p3/kmap/walk
copy sys1/write/copy
syscall_ret sys1/write/exit/syscall_ret
cr_write sys1/write/exit/cr_write
tlb sys1/write/exit/tlb
iret sys1/write/exit
gate sys2/getpid/entry
syscall sys2/getpid
cr_write sys2/getpid/entry/cr_write
syscall_ret sys2/getpid/exit/syscall_ret
cr_write sys2/getpid/exit/cr_write
iret sys2/getpid/exit
)");
    }

    TEST_CASE("a key that both splits have names the same kind of event in both") {
        auto const left = three_one_write();
        auto const right = four_four_write();
        Outline const one = make_outline(left);
        Outline const four = make_outline(right);
        std::size_t shared = 0;
        for (std::size_t i = 0; i < left.size(); ++i) {
            auto const same = four.events_by_key.find(one.keys[i]);
            if (same != four.events_by_key.end()) {
                INFO(one.keys[i]);
                CHECK(kind_name(left[i]) == kind_name(right[same->second]));
                ++shared;
            }
        }
        CHECK(shared >= 22);
    }

    TEST_CASE("key:a/b finds the first key that is a/b or begins with a/b/, and nothing that only "
              "looks alike") {
        auto const events = three_one_write();
        Outline const outline = make_outline(events);
        CHECK(outline.keys[find_key(outline, "sys1")] == "sys1/write/entry/kernel/c0103000/walk");
        CHECK(outline.keys[find_key(outline, "sys1/write/copy/p2")] == "sys1/write/copy/p2/walk");
        CHECK(outline.keys[find_key(outline, "sys1/write/copy/p2/walk#2")] ==
              "sys1/write/copy/p2/walk#2");
        CHECK(find_key(outline, "sys1/wri") == Scene::none);
        CHECK(find_key(outline, "sys3") == Scene::none);
        CHECK(find_key(outline, "") == Scene::none);
    }

    TEST_CASE("toggling the split lands on the same event, or on what stands in its place") {
        auto const left = three_one_write();
        auto const right = four_four_write();
        Outline const one = make_outline(left);
        Outline const four = make_outline(right);
        auto const lands = [&](std::string const& key) {
            return four.keys[find_counterpart(four, key)];
        };
        CHECK(lands("sys1/write/exit") == "sys1/write/exit");
        CHECK(lands("sys1/write/copy/p2/walk") == "sys1/write/copy/p2/softwalk");
        CHECK(lands("sys1/write/copy/p2/fault/entry") == "sys1/write/copy/p2/fault/fault_in");
        CHECK(lands("sys1/write/access_ok") == "sys1/write/entry/kernel/c0103000/walk");
        CHECK(lands("nothing/like/it") == four.keys[0]);
        CHECK(one.keys[find_counterpart(one, "sys1/write/copy/p3/kmap")] ==
              "sys1/write/copy/p3/walk");
    }

    TEST_CASE("scenes: boot, fault, user code, two calls, each with its gate and its return") {
        auto const events = three_one_write();
        Outline const outline = make_outline(events);
        std::vector<std::string> keys;
        for (Scene const& scene : outline.scenes) {
            keys.push_back(scene.key);
        }
        CHECK(keys ==
              std::vector<std::string>{"boot", "fault1", "user/after-fault1", "sys1", "sys2"});
        Scene const& write = outline.scenes[3];
        CHECK(as<Gate>(events[write.enter]) != nullptr);
        CHECK(as<Transfer>(events[write.leave]) != nullptr);
        CHECK(as<Syscall>(events[write.call])->name == "write");
        CHECK(as<SyscallRet>(events[write.result])->ret == 6000);
        CHECK(write.last == write.leave);
        for (std::size_t i = 0; i < events.size(); ++i) {
            Scene const& scene = outline.scenes[outline.scene_of[i]];
            CHECK(scene.first <= i);
            CHECK(scene.last >= i);
        }
    }

    TEST_CASE("a second copy in one call, and two faults on one page, get #2 and keep their "
              "children apart") {
        StoryBuilder story;
        story.step(0).iret(3);
        story.step(3).gate(0x80, GateSource::Int, 3);
        story.step(0).syscall(3, "read", {0, 0x8050000, 8});
        for (int round = 0; round < 2; ++round) {
            story.step(0).add(AccessOk{0x8050000, 8, 0xc0000000, true});
            for (int fault = 0; fault <= round; ++fault) {
                story.step(0).failed_walk(0x8050000, false);
                story.add(PageFault{0x8050000, 2});
                story.gate(14, GateSource::Exception, 0);
                story.step(0).iret(0);
            }
            story.step(0).kernel_walk(0x8050000);
            story.step(0).add(Copy{1, 0x8050000, 0xc0300000, 8, 0, ""});
        }
        Outline const outline = make_outline(story.events);
        for (std::string const key :
             {"sys1/read/copy", "sys1/read/copy#2", "sys1/read/copy/p1/walk#2",
              "sys1/read/copy#2/p1/walk#3", "sys1/read/copy#2/p1/fault#2/entry",
              "sys1/read/access_ok#2"}) {
            INFO(key);
            CHECK(outline.events_by_key.contains(key));
        }
    }

    TEST_CASE("a fixup belongs to the copy, an interrupt in a call is a scene of its own, others' "
              "calls say whose") {
        StoryBuilder story;
        story.step(0).iret(3);
        story.step(3).gate(0x80, GateSource::Int, 3);
        story.step(0).syscall(4, "write", {1, 0, 16});
        story.step(0).failed_walk(0, false);
        story.add(PageFault{0, 0});
        story.gate(14, GateSource::Exception, 0);
        story.step(0).add(Fixup{0xc0101000, 0xc0102000});
        story.step(0).iret(0);
        story.step(0).add(Copy{0, 0, 0xc0300000, 16, 16, ""});
        story.step(0).add(Irq{0});
        story.gate(32, GateSource::Irq, 0);
        story.step(0).iret(0);
        u64 const ret = story.step(0).syscall_ret(4, "write", -14);
        story.step(0).iret(3);
        story.pid(2).step(3).gate(0x80, GateSource::Int, 3);
        Outline const outline = make_outline(story.events);
        auto const events = story.events;
        INFO(listing(outline, events));
        CHECK(outline.events_by_key.contains("sys1/write/copy/p1/fixup"));
        CHECK(outline.events_by_key.contains("irq1"));
        CHECK(outline.events_by_key.contains("irq1/entry"));
        CHECK(outline.events_by_key.contains("irq1/exit"));
        CHECK(outline.keys[ret] == "sys1/write/exit/syscall_ret");
        CHECK(outline.keys.back() == "pid2/sys1/entry");
    }

    TEST_CASE("keys are unique and scenes cover the story, whatever happens in whatever order") {
        CHECK(rc::check([] {
            StoryBuilder story;
            int const count = *rc::gen::inRange(0, 60);
            for (int i = 0; i < count; ++i) {
                u64 const lin = static_cast<u64>(*rc::gen::inRange(0, 4)) << 12U;
                u8 const cpl = *rc::gen::element<u8>(0, 3);
                if (*rc::gen::arbitrary<bool>()) {
                    story.step(cpl);
                }
                story.pid(*rc::gen::element<u32>(0, 1, 2));
                switch (*rc::gen::inRange(0, 13)) {
                case 0:
                    story.user_walk(lin);
                    break;
                case 1:
                    story.failed_walk(lin, cpl == 3);
                    break;
                case 2:
                    story.add(PageFault{lin, 0});
                    break;
                case 3:
                    story.gate(14, GateSource::Exception, cpl);
                    break;
                case 4:
                    story.gate(0x80, GateSource::Int, 3);
                    break;
                case 5:
                    story.iret(cpl);
                    break;
                case 6:
                    story.syscall(4, "write");
                    break;
                case 7:
                    story.syscall_ret(4, "write", 0);
                    break;
                case 8:
                    story.add(Copy{0, lin, 0, 8192, 0, ""});
                    break;
                case 9:
                    story.add(Softwalk{lin, false, cpl == 3});
                    break;
                case 10:
                    story.add(Kmap{0, lin, lin});
                    break;
                case 11:
                    story.gate(32, GateSource::Irq, cpl);
                    break;
                default:
                    story.add(AccessOk{lin, 8192, 0, true});
                }
            }
            Outline const outline = make_outline(story.events);
            std::set<std::string> const distinct{outline.keys.begin(), outline.keys.end()};
            RC_ASSERT(distinct.size() == story.events.size());
            RC_ASSERT(std::ranges::none_of(outline.keys, &std::string::empty));
            for (std::size_t i = 0; i < story.events.size(); ++i) {
                Scene const& scene = outline.scenes.at(outline.scene_of[i]);
                RC_ASSERT(scene.first <= i);
                RC_ASSERT(scene.last >= i);
            }
        }));
    }
}
