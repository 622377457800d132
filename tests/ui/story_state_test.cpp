// What is kept along a story is what counting it from its beginning gives, at every event.
#include "core/view/cockpit.hpp"
#include "core/view/open_gates.hpp"
#include "core/view/story_state.hpp"
#include "tests/ui/recorded.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace ringside;

namespace {

// Gates and returns paired from the first event on.
std::vector<std::size_t> gates_from_the_start(std::span<trace::Event const> events, u32 pid) {
    std::vector<std::size_t> open;
    for (std::size_t index = 0; index < events.size(); ++index) {
        if (events[index].pid != pid) {
            continue;
        }
        auto const* back = std::get_if<trace::Transfer>(&events[index].body);
        bool const call = back != nullptr && back->kind == trace::TransferKind::SyscallInsn;
        if (call || std::holds_alternative<trace::Gate>(events[index].body)) {
            open.push_back(index);
        } else if (back != nullptr && (back->kind == trace::TransferKind::Iret ||
                                       back->kind == trace::TransferKind::Sysret)) {
            if (back->to.cpl == 3) {
                open.clear();
            } else if (!open.empty()) {
                open.pop_back();
            }
        }
    }
    return open;
}

bool same(std::vector<view::VmaView> const& a, std::vector<view::VmaView> const& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](view::VmaView const& x, view::VmaView const& y) {
                          return x.start == y.start && x.end == y.end && x.prot == y.prot &&
                                 x.flags == y.flags && x.name == y.name;
                      });
}

} // namespace

TEST_CASE("story state: at every event it is what all events before it add up to") {
    if (!tests::guests_are_there()) {
        return;
    }
    for (Split const split : {Split::ThreeOne, Split::FourFour}) {
        view::Cockpit cockpit{tests::pages(split)};
        auto const& events = cockpit.subject().session->events();
        std::vector<u64> begins;
        for (auto const& scene : cockpit.scenes()) {
            begins.push_back(scene.first);
        }
        REQUIRE(begins.size() > 3);
        view::StoryStates const states{events, begins};
        view::StoryState straight;
        for (u64 event = 0; event <= events.size(); ++event) {
            view::StoryState const state = states.at(event);
            std::span const done = std::span{events}.first(event);
            CHECK(state.run == trace::count(done));
            auto const begin = std::upper_bound(begins.begin(), begins.end(), event);
            CHECK(state.scene == trace::count(done.subspan(*(begin - 1))));
            CHECK(state.console == straight.console);
            CHECK(state.names == straight.names);
            CHECK(state.user_end == straight.user_end);
            REQUIRE(state.areas.size() == straight.areas.size());
            for (auto const& [pid, areas] : straight.areas) {
                CHECK(same(areas, state.areas.at(pid)));
            }
            if (event < events.size()) {
                straight.take(events[event]);
            }
        }
        CHECK(straight.run.syscalls >= 2);
        CHECK_FALSE(straight.console.empty());
    }
}

TEST_CASE("open gates: from the last return to ring 3 on they are those from the first event on") {
    if (!tests::guests_are_there()) {
        return;
    }
    for (Split const split : {Split::ThreeOne, Split::X64}) {
        auto const& events = tests::pages(split).session->events();
        std::size_t most = 0;
        for (std::size_t event = 0; event <= events.size(); ++event) {
            std::span const done = std::span{events}.first(event);
            u32 const pid = event < events.size() ? events[event].pid : 1;
            std::vector<std::size_t> indices;
            for (view::OpenGate const& gate : view::open_gates(done, pid)) {
                indices.push_back(gate.event);
            }
            CHECK(indices == gates_from_the_start(done, pid));
            most = std::max(most, indices.size());
        }
        CHECK(most == 2); // the page fault in the system call
    }
}
