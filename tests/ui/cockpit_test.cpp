// Moving through a real recorded run, both ways, and what the panels then say.
#include "core/host_error.hpp"
#include "core/view/cockpit.hpp"
#include "tests/ui/golden_file.hpp"
#include "tests/ui/png_compare.hpp"
#include "tests/ui/recorded.hpp"
#include "ui/text/text_of.hpp"
#include "ui/window/fonts.hpp"
#include "ui/window/shot.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <sstream>

using namespace ringside;
using view::Direction;
using view::Unit;

using tests::guests_are_there;
using tests::pages;

TEST_CASE("cockpit: every unit goes back the way it came") {
    if (!guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{pages(Split::ThreeOne)};
    for (Unit const unit : {Unit::Event, Unit::Micro, Unit::Scene, Unit::Instruction}) {
        cockpit.go_when("key:sys1/write");
        std::vector<Moment> way;
        for (int step = 0; step < 12; ++step) {
            way.push_back(cockpit.moment());
            REQUIRE(cockpit.move(unit, Direction::Forward));
            if (cockpit.moment().event == cockpit.subject().session->events().size()) {
                break;
            }
        }
        while (way.size() > 1) {
            REQUIRE(cockpit.move(unit, Direction::Back));
            Moment const expected = unit == Unit::Scene ? cockpit.moment() : way.back();
            CHECK(cockpit.moment() == expected);
            CHECK((unit != Unit::Scene || cockpit.moment().event <= way.back().event));
            way.pop_back();
        }
    }
}

TEST_CASE("cockpit: a moment's panels are the same whichever way it was reached") {
    if (!guests_are_there()) {
        return;
    }
    view::Cockpit straight{pages(Split::ThreeOne)};
    straight.go_when("key:sys1/write/copy/p2/walk");
    std::string const expected = text::text_of(straight, "");
    view::Cockpit cockpit{pages(Split::ThreeOne)};
    std::mt19937 random{20231124};
    for (int turn = 0; turn < 12; ++turn) {
        cockpit.go_to_event(random() % cockpit.subject().session->events().size());
        static_cast<void>(cockpit.now());
        cockpit.move(Unit::Instruction, turn % 2 == 0 ? Direction::Back : Direction::Forward);
        cockpit.go_when("key:sys1/write/copy/p2/walk");
        CHECK(text::text_of(cockpit, "") == expected);
    }
}

TEST_CASE("cockpit: the fault in the copy is told with its way, its walk and its areas") {
    if (!guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{pages(Split::ThreeOne)};
    cockpit.go_when("key:sys1/write/copy/p2/walk");
    view::MachineView const& now = cockpit.now();
    REQUIRE(now.now);
    auto const* walk = std::get_if<trace::Walk>(&now.now->event.body);
    REQUIRE(walk != nullptr);
    CHECK_FALSE(walk->walk->outcome);
    std::string const code = text::text_of(cockpit, "code");
    CHECK(code.find("int 0x80: ring 3 -> 0, stack from the TSS") != std::string::npos);
    CHECK(code.find("> ") != std::string::npos);
    CHECK(code.find("rep movs") != std::string::npos);
    u64 const absent = walk->walk->access.address.value();
    bool promised = false;
    for (view::VmaView const& area : now.vmas) {
        promised = promised || (absent >= area.start && absent < area.end);
    }
    CHECK(promised);
    REQUIRE(now.spaces.size() == 1);
    for (mmu::MappedRange const& range : now.spaces.front().ranges) {
        bool const covers =
            absent >= range.start.value() && absent < range.start.value() + range.size;
        CHECK_FALSE(covers);
    }
}

TEST_CASE("cockpit: under 4G/4G there are two address spaces, and the kernel's has no user page") {
    if (!guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{pages(Split::FourFour)};
    cockpit.go_when("key:sys1/write/copy/p2/kmap");
    auto const& spaces = cockpit.now().spaces;
    REQUIRE(spaces.size() == 2);
    CHECK(spaces[0].user_runs);
    CHECK_FALSE(spaces[0].current);
    CHECK(spaces[1].current);
    for (mmu::MappedRange const& range : spaces[1].ranges) {
        CHECK_FALSE(range.user);
    }
}

TEST_CASE("cockpit: what the gate pushed is on the stack that the panel shows") {
    if (!guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{pages(Split::ThreeOne)};
    REQUIRE(cockpit.go_to_key("sys1/write/access_ok"));
    std::map<std::string, u64> words;
    for (view::StackWord const& word : cockpit.now().stack.words) {
        if (word.origin == view::StackOrigin::Gate) {
            words[word.name] = word.value;
        }
    }
    REQUIRE(cockpit.now().transfer);
    auto const* gate = std::get_if<trace::Gate>(&cockpit.now().transfer->event.body);
    REQUIRE(gate != nullptr);
    CHECK(words["ss"] == gate->from.ss);
    CHECK(words["esp"] == gate->from.sp);
    CHECK(words["cs"] == gate->from.cs);
    CHECK(words["eip"] == gate->from.ip + 2); // behind INT 80h
}

namespace {

constexpr std::array all_splits{Split::ThreeOne, Split::FourFour, Split::Segmented, Split::X64,
                                Split::X64Kpti};

// The names of the last `count` words of the stack, the lowest first.
std::string names_on_top(view::StackView const& stack, std::size_t count) {
    std::string names;
    std::size_t const first = stack.words.size() > count ? stack.words.size() - count : 0;
    for (std::size_t index = first; index < stack.words.size(); ++index) {
        names += (names.empty() ? "" : " ") + stack.words[index].name;
    }
    return names;
}

constexpr std::string_view saved_32 =
    "ebx ecx edx esi edi ebp eax ds es fs gs vector error eip cs eflags esp ss";
constexpr std::string_view saved_64 = "rdi rsi rdx r10 r8 r9 rax rcx r11 rbx rbp r12 r13 r14 r15 "
                                      "vector error rip cs rflags rsp ss";

} // namespace

TEST_CASE("cockpit: the registers that the kernel saved are named in every split") {
    if (!guests_are_there()) {
        return;
    }
    for (Split const split : all_splits) {
        INFO(to_string(split));
        view::Cockpit cockpit{pages(split)};
        cockpit.go_when("key:sys1/write/copy/p2");
        view::StackView const& stack = cockpit.now().stack;
        CHECK(names_on_top(stack, is_64bit(split) ? 22 : 18) ==
              (is_64bit(split) ? saved_64 : saved_32));
        // INT 80h pushed the last five, also where the stack has had another address since; SYSCALL
        // pushes nothing.
        REQUIRE(stack.words.size() > 5);
        CHECK(stack.words.back().origin ==
              (is_64bit(split) ? view::StackOrigin::Saved : view::StackOrigin::Gate));
        CHECK(stack.words[stack.words.size() - 5].meaning == "in user code");
    }
}

TEST_CASE("cockpit: a fault's registers are named on the stack to which the kernel moved them") {
    if (!guests_are_there()) {
        return;
    }
    for (Split const split : {Split::FourFour, Split::X64Kpti}) {
        INFO(to_string(split));
        view::Cockpit cockpit{pages(split)};
        auto const& events = cockpit.subject().session->events();
        auto const gate = std::find_if(events.begin(), events.end(), [](trace::Event const& event) {
            auto const* entry = std::get_if<trace::Gate>(&event.body);
            return entry != nullptr && entry->vec == 14 && entry->from.cpl == 3;
        });
        REQUIRE(gate != events.end());
        auto const handled = std::find_if(gate, events.end(), [](trace::Event const& event) {
            return std::holds_alternative<trace::FaultIn>(event.body);
        });
        REQUIRE(handled != events.end());
        cockpit.go_to_event(static_cast<u64>(handled - events.begin()));
        CHECK(names_on_top(cockpit.now().stack, is_64bit(split) ? 22 : 18) ==
              (is_64bit(split) ? saved_64 : saved_32));
    }
}

TEST_CASE("cockpit: the kernel's stack ends where it ends, not at what lies above it") {
    if (!guests_are_there()) {
        return;
    }
    for (Split const split : all_splits) {
        INFO(to_string(split));
        view::Cockpit cockpit{pages(split)};
        for (char const* key : {"sys1/write", "sys1/write/access_ok", "sys1/write/exit"}) {
            if (!cockpit.go_to_key(key) || cockpit.now().stack.name != "kernel stack") {
                continue;
            }
            view::StackView const& stack = cockpit.now().stack;
            INFO(key);
            REQUIRE(stack.end);
            CHECK(*stack.end % 4096 == 0);
            REQUIRE_FALSE(stack.words.empty());
            CHECK(stack.words.back().address + stack.word_size == *stack.end);
        }
        cockpit.go_to_event(0);
        CHECK(text::text_of(cockpit, "stack").find("Nothing is on it.") != std::string::npos);
    }
}

TEST_CASE("cockpit: the code of the program is in the stream before SYSCALL as before INT 80h") {
    if (!guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{pages(Split::X64)};
    cockpit.go_when("key:sys1/write/copy");
    std::string const code = text::text_of(cockpit, "code");
    std::size_t const crossing = code.find("== syscall: ring 3 -> 0, still the program's stack ==");
    REQUIRE(crossing != std::string::npos);
    CHECK(code.substr(0, crossing).find("syscall\n") != std::string::npos);
    CHECK(code.find("rep movs", crossing) != std::string::npos);
}

TEST_CASE("cockpit: running stops at a breakpoint, forwards and backwards") {
    if (!guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{pages(Split::ThreeOne)};
    cockpit.go_when("key:sys1/write/copy");
    auto const place = cockpit.resolve("sys_exit");
    REQUIRE(place.size() == 1);
    cockpit.execute("break sys_exit");
    REQUIRE(cockpit.move(Unit::Run, Direction::Forward));
    CHECK(cockpit.now().cpu.rip == place.front());
    Moment const there = cockpit.moment();
    cockpit.go_to_event(~u64{0});
    REQUIRE(cockpit.move(Unit::Run, Direction::Back));
    CHECK(cockpit.moment() == there);
    cockpit.execute("break sys_exit");
    CHECK(cockpit.settings().breakpoints.empty());
}

TEST_CASE("cockpit: over INT 80h comes out behind it in ring 3, and back again") {
    if (!guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{pages(Split::FourFour)};
    cockpit.go_when("key:sys1/write/entry");
    u64 const ip = cockpit.now().cpu.rip;
    REQUIRE(cockpit.now().cpu.cpl() == Ring::R3);
    REQUIRE(cockpit.move(Unit::Over, Direction::Forward));
    CHECK(cockpit.now().cpu.rip == ip + 2);
    CHECK(cockpit.now().cpu.cpl() == Ring::R3);
    REQUIRE(cockpit.move(Unit::Over, Direction::Back));
    CHECK(cockpit.now().cpu.rip == ip);
}

TEST_CASE("cockpit: nonsense is answered by one line and changes nothing") {
    if (!guests_are_there()) {
        return;
    }
    view::Cockpit cockpit{pages(Split::ThreeOne)};
    cockpit.go_when("key:sys1/write");
    Moment const here = cockpit.moment();
    for (char const* command :
         {"frobnicate", "go", "go nowhere", "go 99999999", "break no_such_function", "step 0",
          "step -1", "back 12 13", "event 1x", "break uaccess.c:99999", "go key:nothing"}) {
        INFO(command);
        CHECK_THROWS_AS(cockpit.execute(command), HostError);
        CHECK(cockpit.moment() == here);
    }
    std::istringstream in{"frobnicate\nevent\nregs\n\nquit\nevent\n"};
    std::ostringstream out;
    text::read_commands(cockpit, in, out);
    CHECK(cockpit.moment().event == here.event + 1);
    CHECK(out.str().find("'frobnicate' is no command") != std::string::npos);
}

// The addresses of the guests move when their code is changed, and with them a few digits: that is
// let pass. A panel that is empty, cut or elsewhere is not.
TEST_CASE("picture: five moments of pages in both splits look as in the golden pictures") {
    if (!guests_are_there()) {
        return;
    }
    if (window::font_files().mono.find("JetBrainsMono") == std::string::npos) {
        MESSAGE("skipped: the golden pictures were made with JetBrains Mono and Inter, which are "
                "not installed here");
        return;
    }
    struct Picture {
        Split split;
        char const* key;
        char const* file;
    };
    for (Picture const& picture : {
             Picture{Split::ThreeOne, "sys1/write/entry", "pages-3g1g-1-gate.png"},
             Picture{Split::ThreeOne, "sys1/write/access_ok", "pages-3g1g-2-access_ok.png"},
             Picture{Split::ThreeOne, "sys1/write/copy/p2/walk", "pages-3g1g-3-walk.png"},
             Picture{Split::ThreeOne, "sys1/write/copy/p2/fault/entry", "pages-3g1g-4-fault.png"},
             Picture{Split::ThreeOne, "sys1/write/exit", "pages-3g1g-5-iret.png"},
             Picture{Split::FourFour, "sys1/write/entry", "pages-4g4g-1-gate.png"},
             Picture{Split::FourFour, "sys1/write/entry/cr_write", "pages-4g4g-2-cr3.png"},
             Picture{Split::FourFour, "sys1/write/copy/p2/softwalk", "pages-4g4g-3-softwalk.png"},
             Picture{Split::FourFour, "sys1/write/copy/p2/kmap", "pages-4g4g-4-kmap.png"},
             Picture{Split::FourFour, "sys1/write/exit", "pages-4g4g-5-iret.png"},
         }) {
        INFO(picture.file);
        view::Cockpit cockpit{pages(picture.split)};
        auto const event = cockpit.outline().events_by_key.find(picture.key);
        REQUIRE(event != cockpit.outline().events_by_key.end());
        cockpit.go_to_event(event->second);
        std::vector<u8> const bytes = window::shot(cockpit, {});
        std::string const now{bytes.begin(), bytes.end()};
        std::string const then = tests::golden(picture.file, now);
        CHECK(tests::difference(tests::decode(now), tests::decode(then)) < 0.005);
    }
}
