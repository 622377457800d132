// Watched expressions and stops, on a real run: their values against bytes read by hand.
#include "core/host_error.hpp"
#include "core/view/cockpit.hpp"
#include "tests/ui/recorded.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

using namespace ringside;
using view::Direction;
using view::Unit;

namespace {

std::string value(view::Cockpit& cockpit, std::string const& expression) {
    std::string const answer = cockpit.toggle_watch(expression);
    cockpit.toggle_watch(expression); // taken away
    CHECK(cockpit.settings().watches.empty());
    return answer.substr(answer.find(" = ") + 3);
}

u32 word(std::vector<u8> const& bytes) {
    REQUIRE(bytes.size() == 4);
    return u32{bytes[0]} | u32{bytes[1]} << 8U | u32{bytes[2]} << 16U | u32{bytes[3]} << 24U;
}

} // namespace

TEST_CASE("watch: registers, memory and entries are what lies there, read by hand") {
    if (!tests::guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{tests::pages(Split::ThreeOne)};
    cockpit.go_when("key:sys1/write/copy/p2/walk");
    Cpu const cpu = cockpit.now().cpu;
    Session const& session = *cockpit.subject().session;
    u64 const esp = cpu[Gpr::RSP];
    CHECK(value(cockpit, "esi") == fmt::format("{:08x}", cpu[Gpr::RSI]));
    CHECK(value(cockpit, "cs") == "0010");
    CHECK(value(cockpit, "cpl") == "00");
    CHECK(value(cockpit, "[esp + 4]") ==
          fmt::format("{:08x}", word(session.peek(LinearAddress{esp + 4}, 4))));
    CHECK(value(cockpit, "byte [esp+4]") ==
          fmt::format("{:02x}", session.peek(LinearAddress{esp + 4}, 1).front()));
    CHECK(value(cockpit, "[[ebp]]") ==
          fmt::format("{:08x}",
                      word(session.peek(
                          LinearAddress{word(session.peek(LinearAddress{cpu[Gpr::RBP]}, 4))}, 4))));
    CHECK(value(cockpit, "esp - ebp + 10") ==
          fmt::format("{:08x}", static_cast<u32>(esp - cpu[Gpr::RBP] + 0x10)));
    // The directory's entry, then the table's, by hand; the second is absent here.
    auto const entry = [&](u64 table, u64 index) {
        return word(session.peek_physical(PhysicalAddress{table + 4 * index}, 4));
    };
    u32 const directory = entry(cpu.cr3 & ~u64{0xfff}, esp >> 22U);
    u32 const table = entry(directory & 0xfffff000U, esp >> 12U & 0x3ffU);
    CHECK((table & 1U) == 1);
    CHECK(value(cockpit, "pte esp") == fmt::format("{:08x}", table));
    CHECK(value(cockpit, fmt::format("phys [{:x}]", directory & 0xfffff000U)) ==
          fmt::format("{:08x}", entry(directory & 0xfffff000U, 0)));
    CHECK(value(cockpit, "pte esi") == "00000000");
    CHECK(value(cockpit, "[esi]") == "not mapped");
    auto const symbol = cockpit.resolve("sys_write");
    REQUIRE(symbol.size() == 1);
    CHECK(value(cockpit, "sys_write") ==
          fmt::format("{:08x}", word(session.peek(LinearAddress{symbol.front()}, 4))));
    CHECK(value(cockpit, "sys_write + 0") == fmt::format("{:08x}", symbol.front()));
}

TEST_CASE("watch: nonsense is answered by one line and sets nothing") {
    if (!tests::guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{tests::pages(Split::ThreeOne)};
    for (std::string const& expression :
         {std::string{}, std::string{"["}, std::string{"[]"}, std::string{"[esp"},
          std::string{"eax +"}, std::string{"eax eax"}, std::string{"nonsense"},
          std::string{"byte"}, std::string{"pte"}, std::string{"1 ]"}, std::string{"0x"},
          std::string{"fffffffffffffffff"}, std::string(5000, '['), std::string(150, '-')}) {
        INFO(expression);
        CHECK_THROWS_AS(cockpit.toggle_watch(expression), HostError);
        CHECK(cockpit.settings().watches.empty());
    }
    for (char const* kind : {"", "frobnicate", "walk 3", "syscallx"}) {
        CHECK_THROWS_AS(cockpit.toggle_stop(kind), HostError);
    }
    CHECK(cockpit.settings().stops.empty());
    for (int more = 0; more < 16; ++more) {
        cockpit.toggle_watch(fmt::format("eax + {:x}", more));
    }
    CHECK_THROWS_AS(cockpit.toggle_watch("ebx"), HostError); // there are enough
}

TEST_CASE("watch: a run stops where the value has just changed, forwards and backwards") {
    if (!tests::guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{tests::pages(Split::ThreeOne)};
    cockpit.go_when("key:sys1/write/copy/p2/walk");
    std::string const entry = fmt::format("pte {:x}", cockpit.now().cpu.gpr[6]);
    cockpit.toggle_watch(entry);
    REQUIRE(cockpit.move(Unit::Run, Direction::Forward));
    CHECK(cockpit.stopped_by().find("watch " + entry + ": 00000000 became ") == 0);
    CHECK(cockpit.now().settings.watches.front().value != "00000000");
    CHECK(cockpit.before().settings.watches.front().value == "00000000");
    Moment const there = cockpit.moment();
    cockpit.move(Unit::Instruction, Direction::Forward);
    REQUIRE(cockpit.move(Unit::Run, Direction::Back));
    CHECK(cockpit.moment() == there);
}

TEST_CASE("stops: a run stops at each event of the kind, and nowhere else, both ways") {
    if (!tests::guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{tests::pages(Split::FourFour)};
    auto const& events = cockpit.subject().session->events();
    struct Case {
        char const* kind;
        bool (*holds)(trace::Event const&);
    };
    for (Case const& each :
         {Case{"walk",
               [](trace::Event const& e) { return std::holds_alternative<trace::Walk>(e.body); }},
          Case{"cr3",
               [](trace::Event const& e) {
                   auto const* write = std::get_if<trace::CrWrite>(&e.body);
                   return write != nullptr && write->cr == 3;
               }},
          Case{"syscall write", [](trace::Event const& e) {
                   auto const* call = std::get_if<trace::Syscall>(&e.body);
                   return call != nullptr && call->name == "write";
               }}}) {
        INFO(each.kind);
        std::vector<u64> expected;
        for (u64 event = 0; event < events.size(); ++event) {
            if (each.holds(events[event])) {
                expected.push_back(event);
            }
        }
        REQUIRE_FALSE(expected.empty());
        cockpit.toggle_stop(each.kind);
        cockpit.go_to_event(0);
        std::vector<u64> met;
        if (expected.front() == 0) {
            met.push_back(0);
        }
        while (cockpit.move(Unit::Run, Direction::Forward) &&
               cockpit.moment().event < events.size()) {
            met.push_back(cockpit.moment().event);
        }
        CHECK(met == expected);
        std::vector<u64> back;
        while (cockpit.move(Unit::Run, Direction::Back) && !cockpit.stopped_by().empty()) {
            back.insert(back.begin(), cockpit.moment().event);
        }
        CHECK(back == expected);
        cockpit.toggle_stop(each.kind); // taken away
    }
    CHECK(cockpit.settings().stops.empty());
}

TEST_CASE("stops: a breakpoint in front of a stop is met first") {
    if (!tests::guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{tests::pages(Split::ThreeOne)};
    cockpit.go_when("key:sys1/write/entry");
    auto const place = cockpit.resolve("sys_write");
    cockpit.toggle_breakpoint(place.front());
    cockpit.toggle_stop("copy");
    REQUIRE(cockpit.move(Unit::Run, Direction::Forward));
    CHECK(cockpit.now().cpu.rip == place.front());
    CHECK(cockpit.stopped_by().find("breakpoint at ") == 0);
    REQUIRE(cockpit.move(Unit::Run, Direction::Forward));
    CHECK(cockpit.stopped_by() == "stop: copy");
    REQUIRE(cockpit.move(Unit::Run, Direction::Back));
    CHECK(cockpit.now().cpu.rip == place.front());
}
