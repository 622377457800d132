// The panels as data: what a moment made by hand looks like, letter by letter.
#include "tests/ui/golden_file.hpp"
#include "tests/ui/sample_view.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/text/text_of.hpp"

#include <doctest/doctest.h>

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
    CHECK(last.find("!#PF error 0000") != std::string::npos);
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
    CHECK(sheets::fit("abcdef", 4) == "abc…");
    CHECK(sheets::columns("abc…") == 4);
}
