// The panels as data: what a moment made by hand looks like, letter by letter.
#include "tests/ui/golden_file.hpp"
#include "tests/ui/sample_view.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/text/text_of.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace ringside;

namespace {

sheets::Sheet sheet_of(char const* panel, view::MachineView const& now, std::size_t width = 64) {
    sheets::PanelState state;
    state.width = width;
    return sheets::find_panel(panel)->make(now, tests::sample_view_before(), state);
}

std::string text_of_row(sheets::Row const& row) {
    sheets::Sheet sheet;
    sheet.rows.push_back(row);
    return text::paint(sheet);
}

} // namespace

TEST_CASE("sheets: a fault in the middle of a copy reads as in the golden text") {
    std::string const text =
        text::text_of(tests::sample_view(), tests::sample_view_before(), "", 64);
    CHECK(text == tests::golden("sample.txt", text));
}

TEST_CASE("sheets: no row of any panel is wider than the panel") {
    for (std::size_t const width : {1U, 20U, 48U, 56U, 64U, 100U}) {
        for (auto const& panel : sheets::panels()) {
            sheets::Sheet const sheet =
                sheet_of(std::string{panel.name}.c_str(), tests::sample_view(), width);
            CHECK_FALSE(sheet.title.empty());
            CHECK(sheet.name == panel.name);
            for (sheets::Row const& row : sheet.rows) {
                INFO(panel.name, " at ", width, ": ", text_of_row(row));
                CHECK(row.width() <= width);
            }
        }
    }
}

TEST_CASE("sheets: exactly the registers that differ have a star") {
    std::string const cpu = text::paint(sheet_of("cpu", tests::sample_view()));
    std::size_t stars = 0;
    for (char const letter : cpu.substr(cpu.find('\n'))) {
        stars += letter == '*' ? 1U : 0U;
    }
    CHECK(stars == 3);
    for (char const* changed : {"*ecx", "*esi", "*cr2"}) {
        CHECK(cpu.find(changed) != std::string::npos);
    }
}

TEST_CASE("sheets: null selectors refuse 64-bit code nothing, and FS and GS show their base") {
    view::MachineView view = tests::wide_view();
    std::string const cpu = text::paint(sheet_of("cpu", view));
    INFO(cpu);
    for (char const* row :
         {"*ss 0000  null: 64-bit code needs none\n", "*ds 0000  null: 64-bit code needs none\n",
          "*es 0000  null: 64-bit code needs none\n",
          " fs 0000  only its base       base 0000000000000000\n",
          "*gs 0000  only its base       base ffffffff8012b000\n"}) {
        CHECK(cpu.find(row) != std::string::npos);
    }
    for (std::size_t width = 40; width < 64; ++width) {
        CHECK(text::paint(sheet_of("cpu", view, width)).find("ffffffff8012b000") !=
              std::string::npos);
    }
    view.cpu.segments[seg::SegmentName::CS].descriptor.raw ^= u64{3} << 53U; // code of 32 bits
    CHECK(text::paint(sheet_of("cpu", view)).find("*gs 0000  null: cannot be used\n") !=
          std::string::npos);
}

TEST_CASE("sheets: a gap in the address space is split where addresses are not canonical") {
    view::MachineView view = tests::wide_view();
    auto const address = [&] { return text::paint(sheet_of("address", view)); };
    std::string const all = address();
    INFO(all);
    CHECK(all.find(":  2.0 TiB not mapped\n"
                   " fffffe00_00000000 # r-  4 KiB at physical 00143000\n"
                   "                    :  126 TiB not mapped\n"
                   "                    :  no canonical address\n"
                   "                    :  128 TiB not mapped\n"
                   " 00000000_00400000 o r-") != std::string::npos);
    // A half that is mapped to its end, or not at all.
    auto& ranges = view.spaces.front().ranges;
    ranges[0].size = 0x7fffffc00000;
    ranges[1].start = LinearAddress{0xffff800000000000};
    CHECK(address().find("00143000\n                    :  no canonical address\n 00000000_0040") !=
          std::string::npos);
    ranges.erase(ranges.begin());
    CHECK(address().find(":  no canonical address\n                    :  128 TiB not mapped\n") !=
          std::string::npos);
}

TEST_CASE("sheets: at four levels the walk shows the sign, in the smallest window too") {
    view::MachineView const view = tests::wide_view();
    std::string const full = text::paint(sheet_of("walk", view, 70));
    INFO(full);
    CHECK(full.find(" 63            48 47     39 ") != std::string::npos);
    CHECK(full.find(" 1111111111111111 111111111 ") != std::string::npos);
    CHECK(full.find(" sign = bit 47    pml4 1ff ") != std::string::npos);
    for (std::size_t const width : {58U, 64U, 69U}) {
        std::string const text = text::paint(sheet_of("walk", view, width));
        INFO(text);
        CHECK(text.find("63-48 47     39 ") != std::string::npos);
        CHECK(text.find(" 12 11         0\n") != std::string::npos);
        CHECK(text.find("= b47 111111111 ") != std::string::npos);
        CHECK(text.find("sign  pml4 1ff ") != std::string::npos);
        CHECK(text.find("offset 000") != std::string::npos);
        CHECK(text.find(" 000000000000\n") != std::string::npos); // the offset's bits, all of them
    }
    CHECK(text::paint(sheet_of("walk", tests::sample_view(), 70)).find("sign") ==
          std::string::npos);
}

TEST_CASE("sheets: an error code above 9 is decimal with its hex digits behind") {
    CHECK(
        text::paint(sheet_of("walk", tests::wide_view())).find("!#PF error 21 (15h): P1 refused") !=
        std::string::npos);
}

TEST_CASE("sheets: a walk's micro-steps show an entry only when it has been read") {
    view::MachineView view = tests::sample_view();
    view.micro = 1;
    std::string const first = text::paint(sheet_of("walk", view));
    CHECK(first.find("not read yet") != std::string::npos);
    CHECK(first.find("#PF") == std::string::npos);
    CHECK(first.find(">PDE[020]") != std::string::npos);
    view.micro = view::micro_steps(view.now->event);
    CHECK(view.micro == 3);
    std::string const last = text::paint(sheet_of("walk", view));
    CHECK(last.find(">verdict") != std::string::npos);
    CHECK(last.find("!#PF error 0: P0") != std::string::npos);
}

TEST_CASE("sheets: a look-up by software has the rows of a walk, and no CPU in it") {
    using mmu::PagingLevel;
    view::MachineView view = tests::sample_view();
    auto const look = [&](trace::Softwalk const& told, u32 micro = 0) {
        view.now->event.body = told;
        view.walk = view.now;
        view.micro = micro;
        return text::paint(sheet_of("walk", view));
    };
    trace::Softwalk told{0x08051000,
                         false,
                         false,
                         {{PagingLevel::PD, 0x25a080, 0x25d027}, {PagingLevel::PT, 0x25d144, 0}}};
    std::string const absent = look(told);
    INFO(absent);
    for (char const* words : {"LOOK-UP BY SOFTWARE", "user read", "kernel code", "mm->pgd",
                              "PDE[020]", "0025a080 = 0025d027", "PTE[051]", "0025d144 = 00000000",
                              "STOP", "verdict   no: not present (P = 0)",
                              "no #PF: the CPU was not asked", "2 loads by kernel code"}) {
        INFO(words);
        CHECK(absent.find(words) != std::string::npos);
    }
    for (char const* words : {"CR3", "TLB miss", "!#PF", "CR2 :="}) {
        INFO(words);
        CHECK(absent.find(words) == std::string::npos);
    }
    CHECK(look(told, 1).find("not read yet") != std::string::npos);
    CHECK(view::micro_steps(view.now->event) == 3);
    CHECK(look(told, 3).find(">verdict") != std::string::npos);
    told.steps[1].entry = 0x00300025;
    told.write = true;
    CHECK(look(told).find("no: may not be written (W = 0)") != std::string::npos);
    told.steps[1].entry = 0x00300023;
    CHECK(look(told).find("no: not the program's (U = 0)") != std::string::npos);
    told.steps[1].entry = 0x00300027;
    told.ok = true;
    std::string const found = look(told);
    INFO(found);
    CHECK(found.find("00300000 + 0 = 00300000") != std::string::npos);
    CHECK(found.find("ok: user write allowed") != std::string::npos);
    CHECK(found.find("STOP") == std::string::npos);
    // Three levels, as PAE has them.
    view.cpu.cr4 |= 0x20;
    told.steps = {{PagingLevel::PDPT, 0x25a000, 0x25b001},
                  {PagingLevel::PD, 0x25b200, 0x25d027},
                  {PagingLevel::PT, 0x25d288, 0x8000000000300027}};
    std::string const three = look(told);
    INFO(three);
    for (char const* words :
         {"PDPTE[0]", "PDE[040]", "PTE[051]", "80000000_00300027", "0025a000", "3 loads"}) {
        INFO(words);
        CHECK(three.find(words) != std::string::npos);
    }
}

TEST_CASE("sheets: a run of pages that goes over two areas is told by the areas, and once") {
    view::MachineView view = tests::sample_view();
    view.vmas = {{0x08048000, 0x0804a000, 5, 0, "text"}, {0x0804a000, 0x0804c000, 5, 0, "more"}};
    view.spaces.front().ranges.assign(1, {});
    mmu::MappedRange& run = view.spaces.front().ranges.front();
    run.start = LinearAddress{0x08047000};
    run.size = 0x7000; // a page below the areas, all of both, two pages above
    run.physical = PhysicalAddress{0x116000};
    run.user = true;
    std::string const text = text::paint(sheet_of("address", view));
    INFO(text);
    std::string_view const rows = "8048000";
    CHECK(text.find("0804c000 o r-  8 KiB at physical 0011b000") != std::string::npos);
    CHECK(text.find("0804a000 o r-xp more rr") != std::string::npos);
    CHECK(text.find("08048000 o r-xp text rr") != std::string::npos);
    CHECK(text.find("08047000 o r-  4 KiB at physical 00116000") != std::string::npos);
    CHECK(text.find(rows) == text.rfind(rows));
}

TEST_CASE("sheets: a long row is folded at its blanks, and every letter of it stays") {
    sheets::Row const row = sheets::Line{}
                                .put("  12 the #PF goes ")
                                .put("{10:c011d202|10:ff0000ea}", sheets::Role::Changed)
                                .put("; the stack becomes another one")
                                .done();
    for (std::size_t const width : {30U, 40U, 60U, 80U}) {
        std::string all;
        for (sheets::Row const& part : sheets::fold(row, width, 4)) {
            CHECK(part.width() <= width);
            std::string line;
            for (sheets::Span const& span : part.spans) {
                line += span.text;
                CHECK((span.role == sheets::Role::Changed) ==
                      (span.text.find('|') != std::string::npos));
            }
            all += all.empty() ? line : " " + line.substr(4);
        }
        CHECK(all == "  12 the #PF goes {10:c011d202|10:ff0000ea}; the stack becomes another one");
    }
    CHECK(sheets::fold(row, 80, 4).size() == 1);
    CHECK(sheets::fold(row, 30, 4).size() == 4);
    CHECK(sheets::fold(sheets::Line{}.put("unbreakable_word").done(), 8, 4).front().width() <= 8);
}

TEST_CASE("sheets: the next instruction's accesses are shown with every check of their record") {
    view::MachineView view = tests::sample_view();
    std::string const text = text::paint(sheet_of("gate", view));
    for (char const* words :
         {"fetch    cs:c0102f3a  2 bytes  ok 2 checks", ">read     ds:08051000  4 bytes",
          "ds       002b = GDT[5] RPL 3: data, writable, DPL 3",
          "  3 ok    Every byte of the access is within the limit.",
          "linear   base 00000000 + offset 08051000 = 08051000",
          "TLB miss: the tables are walked, !#PF error 0", " write    es:c7e41100  4 bytes",
          "TLB hit: physical 00121100"}) {
        INFO(text, "\n", words);
        CHECK(text.find(words) != std::string::npos);
    }
    // A limit of one byte less: the record stops at that check and says what it raises.
    view.cpu.segments[seg::SegmentName::DS].limit = 0x08051002;
    view.accesses[1].segment = seg::access(view.cpu.segments, view.cpu.rflags, seg::SegmentName::DS,
                                           0x08051000, 4, seg::SegmentAccessType::Read);
    view.accesses[1].lookup.reset();
    std::string const refused = text::paint(sheet_of("gate", view));
    INFO(refused);
    CHECK(refused.find("  3 STOP  Every byte of the access is within the limit.") !=
          std::string::npos);
    CHECK(refused.find("raises   !#GP error 0: no selector") != std::string::npos);
    CHECK(refused.find("base 00000000, limit 08051002") != std::string::npos);
}

TEST_CASE("sheets: a gate's checks are sentences, names or a count, as the panel has room") {
    view::MachineView view = tests::sample_view();
    view.transfer->age = 0;
    sheets::PanelState state;
    auto const text_at = [&](std::size_t height) {
        state.height = height;
        return text::paint(sheets::find_panel("gate")->make(view, view, state));
    };
    std::string const full = text_at(0);
    CHECK(full.find("  9 ok") != std::string::npos);
    CHECK(full.find("idt.limit") == std::string::npos);
    std::string const named = text_at(17);
    CHECK(named.find("ok idt.limit") != std::string::npos);
    std::string const counted = text_at(11);
    INFO(counted);
    CHECK(counted.find(" checks   ok 9 of 9") != std::string::npos);
    CHECK(counted.find("push     eip") != std::string::npos);
    // A check that refused is never only counted.
    std::get<trace::Gate>(view.transfer->event.body).checks.back().ok = false;
    CHECK(text_at(11).find("STOP") != std::string::npos);
}

TEST_CASE("sheets: where no instruction can be read the code panel says so") {
    char const* const words = "No instruction can be read at this address.";
    view::MachineView view = tests::sample_view();
    CHECK(text::paint(sheet_of("code", view)).find(words) == std::string::npos);
    view.code.resize(5); // the heading of the running function is the last
    REQUIRE(view.code.back().kind == view::CodeKind::Function);
    CHECK(text::paint(sheet_of("code", view)).find(words) != std::string::npos);
    view.code.clear();
    CHECK(text::paint(sheet_of("code", view)).find(words) != std::string::npos);
}

TEST_CASE("sheets: the title says which of the later CPUs' features the kernel has turned on") {
    view::MachineView view = tests::sample_view();
    auto const title = [&] {
        sheets::PanelState state;
        state.width = 160;
        return text::paint(sheets::title_sheet(view, state));
    };
    CHECK(title().find("kernel 3g1g   ") != std::string::npos);
    view.cpu.cr4 |= cr4::PAE | cr4::SMEP | cr4::SMAP;
    view.cpu.efer |= efer::NXE;
    CHECK(title().find("kernel 3g1g pae nx smep smap   ") != std::string::npos);
    view.cpu.efer |= efer::LMA;
    CHECK(title().find("kernel 3g1g nx smep smap   ") != std::string::npos);
}

TEST_CASE("sheets: at a gate the panel shows the gate, whatever the next instruction touches") {
    view::MachineView view = tests::sample_view();
    view.transfer->age = 0;
    CHECK(sheet_of("gate", view).title == "GATE");
    view.transfer->age = 3;
    CHECK(sheet_of("gate", view).title == "SEGMENTATION");
    view.accesses.resize(1); // nothing but the fetch: the last gate is shown
    CHECK(sheet_of("gate", view).title == "GATE");
}

TEST_CASE("sheets: a gate's micro-steps tick its checks and then its pushes one by one") {
    view::MachineView view = tests::sample_view();
    view.transfer->age = 0;
    u32 const steps = view::micro_steps(view.transfer->event);
    CHECK(steps == 9 + 5 + 1);
    std::size_t known = 0;
    for (u32 micro = 1; micro < steps; ++micro) {
        view.micro = micro;
        sheets::Sheet const sheet = sheet_of("gate", view);
        std::size_t later = 0;
        for (sheets::Row const& row : sheet.rows) {
            later += row.spans.size() > 3 && row.spans[3].role == sheets::Role::Dim ? 1U : 0U;
        }
        CHECK(sheet.focus >= 0);
        CHECK((micro == 1 || later <= known));
        known = later;
    }
}

TEST_CASE("sheets: the way into the kernel stays in sight however short the panel is") {
    view::MachineView view = tests::sample_view();
    view::CodeLine const line = view.code[view.code.size() - 2];
    for (int more = 0; more < 40; ++more) {
        view.code.insert(view.code.end() - 2, line);
        (view.code.end() - 3)->now = false;
    }
    for (std::size_t height = 6; height < 40; ++height) {
        sheets::PanelState state;
        state.height = height;
        sheets::Sheet const sheet = sheets::code_sheet(view, view, state);
        CHECK(sheet.rows.size() <= height);
        CHECK(sheet.rows[static_cast<std::size_t>(sheet.focus)].kind == sheets::RowKind::Now);
        std::string const text = text::paint(sheet);
        CHECK(text.find("== int 0x80: ring 3 -> 0") != std::string::npos);
        CHECK(text.find("copy_user") != std::string::npos);
    }
}

TEST_CASE("sheets: the time line has now in sight at every width and every event") {
    view::MachineView view = tests::sample_view();
    view.events = 47;
    for (view.event = 38; view.event <= 47; ++view.event) {
        for (std::size_t width = 20; width < 120; ++width) {
            sheets::PanelState state;
            state.width = width;
            sheets::Sheet const sheet = sheets::story_sheet(view, view, state);
            std::string const head = view.event == 47 ? "^end" : "^" + std::to_string(view.event);
            CHECK(text::paint(sheet).find(head) != std::string::npos);
        }
    }
}

TEST_CASE("sheets: between two events the narration says that its event is the next one") {
    view::MachineView view = tests::sample_view();
    sheets::PanelState state;
    state.width = 100;
    CHECK(text::paint(sheets::narration_sheet(view, state)).find(" Supervisor read") == 0);
    view.now.reset();
    CHECK(text::paint(sheets::narration_sheet(view, state)).find(" Next event: Super") == 0);
}

TEST_CASE("sheets: wrapping loses no word and keeps to the width") {
    std::string const text = "one two three four five six seven eight nine ten eleven twelve";
    for (std::size_t width = 6; width < 70; ++width) {
        std::string joined;
        for (std::string const& line : sheets::wrap(text, width)) {
            CHECK(sheets::columns(line) <= width);
            joined += (joined.empty() ? "" : " ") + line;
        }
        CHECK(joined == text);
    }
    CHECK(sheets::wrap("", 10).empty());
    CHECK(sheets::columns("abc…") == 4);
}

TEST_CASE("sheets: what has no room is left out by whole words, and an ellipsis says so") {
    CHECK(sheets::fit("one two three", 13) == "one two three");
    CHECK(sheets::fit("one two three", 12) == "one two…");
    CHECK(sheets::fit("one two three", 8) == "one two…");
    CHECK(sheets::fit("one two three", 7) == "one…");
    CHECK(sheets::fit("__copy_from_user+0x28", 12) == "__copy_…");
    CHECK(sheets::fit("0804c000", 7) == "…"); // half a number is a wrong number
    CHECK(sheets::fit("x", 0).empty());
    sheets::Row row = sheets::Line{}.put("limit ").put("ffffffff").put("   ").done();
    sheets::fit(row, 14);
    CHECK(text_of_row(row) == "limit ffffffff\n");
    sheets::fit(row, 13);
    CHECK(text_of_row(row) == "limit …\n");
}

TEST_CASE("sheets: a low panel leaves out its spare rows, the least important first, and says so") {
    sheets::Sheet sheet;
    for (u8 const rank : std::array<u8, 5>{0, 2, 0, 1, 2}) {
        sheet.rows.push_back(sheets::Line{}.put(std::to_string(rank)).spare(rank));
    }
    sheet.focus = 3;
    sheets::leave_out_spare_rows(sheet, 5);
    CHECK(sheet.rows.size() == 5);
    CHECK(sheet.note.empty());
    sheets::leave_out_spare_rows(sheet, 3);
    CHECK(text::paint(sheet) == "0\n0\n1\n");
    CHECK(sheet.focus == 2);
    CHECK(sheet.note == "2 more rows");
    sheets::leave_out_spare_rows(sheet, 1);
    CHECK(text::paint(sheet) == "0\n0\n"); // no more are spare
}

TEST_CASE(
    "sheets: a low walk keeps its verdict, and a row that changed stays among the registers") {
    view::MachineView view = tests::sample_view();
    sheets::PanelState state;
    for (state.width = 47; state.width < 90; ++state.width) {
        state.height = 9;
        std::string const walk =
            text::paint(sheets::find_panel("walk")->make(view, tests::sample_view_before(), state));
        INFO(walk);
        CHECK(walk.find("U0") != std::string::npos);
        CHECK(walk.find("STOP") != std::string::npos);
        CHECK(walk.find("supervisor\n") != std::string::npos);
        state.height = 8;
        view.cpu.segments[seg::SegmentName::GS] = view.cpu.segments[seg::SegmentName::DS];
        std::string const cpu =
            text::paint(sheets::find_panel("cpu")->make(view, tests::sample_view_before(), state));
        INFO(cpu);
        CHECK(cpu.find("*gs 002b") != std::string::npos);
        CHECK(cpu.find("fs") == std::string::npos);
        CHECK(cpu.find("limit ffffffff") != std::string::npos);
    }
}
