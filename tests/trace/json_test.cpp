// One JSON object a line: the common fields and each kind's own, numbers and hex strings as the
// contract has them.
#include "core/trace/json.hpp"
#include "core/trace/names.hpp"
#include "kernel_stub/abi/tracepoints.h"
#include "tests/trace/story_builder.hpp"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace ringside;
using namespace ringside::trace;
using namespace ringside::trace::testing;

namespace {

constexpr Rule a_rule{"gate.dpl", "The gate lets you.", "SDM 3A 7.12"};

std::string line_of(Body body) {
    Event event;
    event.insn = 4811;
    event.cpl = 3;
    event.cs = 0x23;
    event.ip = 0x804812e;
    event.cr3 = 0x101000;
    event.pid = 1;
    event.body = std::move(body);
    return json_line(41, "sys1/write", event);
}

// Without the common fields.
std::string own(Body body) {
    std::string const line = line_of(std::move(body));
    std::string const last = "\"pid\":1";
    auto const place = line.find(last);
    return "{" + line.substr(std::min(place + last.size() + 1, line.size()));
}

Place place(u8 cpl) {
    return {.cs = 0x10, .ip = 0xc0101000, .ss = 0x18, .sp = 0xc0200fec, .cpl = cpl};
}
constexpr char const* place_text =
    R"({"cs":"0x10","ip":"0xc0101000","ss":"0x18","sp":"0xc0200fec","cpl":0})";

Walk a_walk(bool ok) {
    StoryBuilder story;
    story.step(3);
    if (ok) {
        story.user_walk(0x8051004);
    } else {
        story.failed_walk(0x8051004, true);
    }
    return std::get<Walk>(story.events[0].body);
}

// Every alternative once, and every name that one alternative can have.
std::vector<Body> one_of_each() {
    std::vector<Body> all{SegLoad{},   SegFault{.rule = &a_rule},
                          Gate{},      a_walk(true),
                          TlbChange{}, PageFault{},
                          Exception{}, CrWrite{},
                          MsrWrite{},  DebugHit{},
                          Syscall{},   SyscallRet{},
                          AccessOk{},  Copy{},
                          Softwalk{},  Kmap{},
                          Fixup{},     FaultIn{},
                          SwapOut{},   Vma{},
                          PageRef{},   Signal{},
                          Sched{},     Irq{},
                          Dma{},       Lint{},
                          Process{},   Shutdown{},
                          TaskSwitch{}};
    for (auto const kind :
         {TransferKind::Iret, TransferKind::SyscallInsn, TransferKind::Sysret, TransferKind::Far}) {
        Transfer transfer;
        transfer.kind = kind;
        all.emplace_back(transfer);
    }
    for (auto const kind : {TextKind::Console, TextKind::Oops, TextKind::Panic}) {
        all.emplace_back(Text{kind, "text"});
    }
    return all;
}

} // namespace

TEST_SUITE("trace: JSON") {
    TEST_CASE("every line has i key kind insn cpl cs ip cr3 pid, in this order, first") {
        CHECK(
            line_of(PageFault{0x8051000, 6}) ==
            R"({"i":41,"key":"sys1/write","kind":"page_fault","insn":4811,"cpl":3,"cs":"0x23","ip":"0x804812e",)"
            R"("cr3":"0x101000","pid":1,"cr2":"0x8051000","err":6})");
    }

    TEST_CASE("segments, gates and transfers") {
        CHECK(
            own(SegLoad{.reg = seg::SegmentName::DS,
                        .selector = 0x23,
                        .descriptor = 0x00cff3000000ffff,
                        .limit = 0xffffffff,
                        .checks = {{&a_rule, true}}}) ==
            R"({"reg":"ds","sel":"0x23","desc":"0xcff3000000ffff","base":"0x0","limit":"0xffffffff","type":"0x3",)"
            R"("dpl":"0x3","checks":[{"rule":"gate.dpl","ok":true}]})");
        std::string const refused =
            own(SegLoad{.checks = {{&a_rule, false}}, .vec = u8{13}, .err = 0x10});
        CHECK(refused.ends_with(R"("checks":[{"rule":"gate.dpl","ok":false}],"vec":13,"err":16})"));
        CHECK(
            own(SegFault{.reg = seg::SegmentName::SS,
                         .offset = 0x10,
                         .size = 4,
                         .acc = 'w',
                         .rule = &a_rule,
                         .vec = 12}) ==
            R"({"reg":"ss","off":"0x10","size":"0x4","acc":"w","rule":"gate.dpl","vec":12,"err":0})");
        Gate gate;
        gate.vec = 128;
        gate.source = GateSource::Int;
        gate.gate = 0xc010ef0000101000;
        gate.from = gate.to = place(0);
        gate.pushed = {0x2b, 0xbffff000};
        CHECK(own(gate) ==
              std::string{R"({"vec":128,"source":"int","gate":"0xc010ef0000101000","from":)"} +
                  place_text + R"(,"to":)" + place_text +
                  R"(,"pushed":["0x2b","0xbffff000"],"checks":[],"stack_switched":false})");
        CHECK(own(Transfer{TransferKind::Iret, place(0), place(0), {}}) ==
              std::string{R"({"from":)"} + place_text + R"(,"to":)" + place_text + "}");
    }

    TEST_CASE("walks, found and refused") {
        CHECK(own(a_walk(true)) ==
              R"({"lin":"0x8051004","acc":"r","user":true,"implicit":false,"mode":"p32","steps":[)"
              R"({"level":"pd","pa":"0x101000","entry":"0x103067","verdict":"descend"},)"
              R"({"level":"pt","pa":"0x103000","entry":"0x200067","verdict":"leaf"}],"updates":[],)"
              R"("pa":"0x200004","size":"0x1000"})");
        std::string const refused = own(a_walk(false));
        CHECK(refused.ends_with(R"("verdict":"not_present"}],"updates":[],"pf":4})"));
        mmu::PageWalk walk = *a_walk(true).walk;
        walk.updates.push_back({PhysicalAddress{0x103000}, 0x200007, 0x200027});
        CHECK(own(Walk{walk}).find(R"("updates":[["0x103000","0x200007","0x200027"]])") !=
              std::string::npos);
    }

    TEST_CASE("the kernel's tracepoints") {
        CHECK(own(Syscall{4, "write", {1, 0x8051f00, 6000}, 3, true}) ==
              R"({"nr":4,"name":"write","args":["0x1","0x8051f00","0x1770"]})");
        CHECK(own(SyscallRet{4, "write", -14}) == R"({"nr":4,"name":"write","ret":-14})");
        CHECK(own(AccessOk{0x8051f00, 6000, 0xc0000000, true}) ==
              R"({"ptr":"0x8051f00","n":6000,"limit":"0xc0000000","ok":true})");
        CHECK(own(Copy{TP_FROM_USER, 0x8051f00, 0xc0300000, 6000, 0, "line 00 of 100: "}) ==
              R"({"dir":"from_user","user":"0x8051f00","kernel":"0xc0300000","n":6000,"left":0,)"
              R"("head":"6c696e65203030206f66203130303a20"})");
        CHECK(own(Softwalk{0x8052000,
                           false,
                           true,
                           {{mmu::PagingLevel::PD, 0x25a080, 0x25d027},
                            {mmu::PagingLevel::PT, 0x25d148, 0x300025}}}) ==
              R"({"lin":"0x8052000","write":false,"ok":true,"steps":[)"
              R"({"level":"pd","pa":"0x25a080","entry":"0x25d027"},)"
              R"({"level":"pt","pa":"0x25d148","entry":"0x300025"}]})");
        CHECK(own(Kmap{2, 0xff803000, 0x300000}) ==
              R"({"slot":2,"lin":"0xff803000","pa":"0x300000"})");
        CHECK(own(Fixup{0xc0101000, 0xc0102000}) == R"({"from":"0xc0101000","to":"0xc0102000"})");
        CHECK(own(FaultIn{TP_COW, 0x8052000, 0x300000, true}) ==
              R"({"how":"cow","lin":"0x8052000","pa":"0x300000","major":true})");
        CHECK(own(SwapOut{0x8052000, 0x300000, -2}) ==
              R"({"lin":"0x8052000","pa":"0x300000","slot":-2})");
        CHECK(
            own(Vma{TP_VMA_MAP, 0x8048000, 0x804a000, 5, 0, "hello", 1, 1}) ==
            R"({"op":"map","start":"0x8048000","end":"0x804a000","prot":"0x5","flags":"0x0","file":"hello","pgoff":"0x1"})");
        CHECK(own(Signal{11, 1, 0}) == R"({"nr":11,"code":"0x1","addr":"0x0"})");
    }

    TEST_CASE("registers, the TLB, devices and text") {
        CHECK(own(CrWrite{3, 0x101000, 0x102000}) ==
              R"({"cr":3,"old":"0x101000","new":"0x102000"})");
        CHECK(own(MsrWrite{0xc0000080, 0, 1}) == R"({"msr":"0xc0000080","old":"0x0","new":"0x1"})");
        CHECK(own(TlbChange{TlbOp::Flush, 0, 7}) == R"({"op":"flush","lin":"0x0","count":7})");
        CHECK(own(Exception{13, 0x10, nullptr}) == R"({"vec":13,"err":16})");
        CHECK(own(DebugHit{0xffff0ff1, 0, 0x8051000}) ==
              R"({"dr6":"0xffff0ff1","slot":0,"lin":"0x8051000"})");
        CHECK(own(Irq{0}) == R"({"line":0})");
        CHECK(own(Dma{0x300000, 512}) == R"({"pa":"0x300000","n":512})");
        CHECK(own(Text{TextKind::Console, "hi\n"}) == R"({"text":"hi\n"})");
    }

    TEST_CASE("a guest may print any bytes: the line is JSON all the same") {
        std::string const line =
            line_of(Text{TextKind::Console, std::string{"\xff\x00\"\xc3\n", 5}});
        auto const parsed = nlohmann::json::parse(line);
        CHECK(parsed["kind"] == "console");
        CHECK(line.find('\n') == std::string::npos);
    }

    TEST_CASE("numbers are i vec err nr cpl cr slot n ret pid insn count line left and pf; all "
              "else numeric is hex") {
        std::set<std::string> const numbers{"i",    "vec",   "err",  "nr",   "cpl",
                                            "cr",   "slot",  "n",    "ret",  "pid",
                                            "insn", "count", "line", "left", "pf"};
        std::set<std::string> seen;
        auto all = one_of_each();
        all.emplace_back(a_walk(false));
        for (Body const& body : all) {
            auto const check = [&](auto const& self, nlohmann::json const& object) -> void {
                for (auto const& item : object.items()) {
                    std::string const& name = item.key();
                    nlohmann::json const& value = item.value();
                    INFO(name);
                    if (value.is_number()) {
                        CHECK(numbers.contains(name));
                        seen.insert(name);
                    } else if (value.is_structured()) {
                        self(self, value);
                    } else if (value.is_string()) {
                        CHECK_FALSE(numbers.contains(name));
                    }
                }
            };
            check(check, nlohmann::json::parse(line_of(body)));
        }
        CHECK(seen == numbers);
    }

    TEST_CASE("kinds() lists every kind once") {
        std::set<std::string_view> made;
        for (Body const& body : one_of_each()) {
            Event event;
            event.body = body;
            made.insert(kind_name(event));
        }
        CHECK(made.size() == kinds().size());
        for (std::string_view const name : made) {
            INFO(name);
            CHECK(is_kind(name));
        }
        CHECK_FALSE(is_kind("walks"));
    }
}
