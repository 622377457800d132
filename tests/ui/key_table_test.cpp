// The table of keys: what is made from it says all of it.
#include "tests/ui/golden_file.hpp"
#include "ui/sheets/key_table.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/text/text_of.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

using namespace ringside;

namespace {

std::vector<std::string> words(std::string_view text) {
    std::istringstream in{std::string{text}};
    std::vector<std::string> all;
    for (std::string word; in >> word;) {
        all.push_back(word);
    }
    return all;
}

} // namespace

TEST_CASE("keys: each stands once in the table and finds its own command") {
    std::set<std::string> seen;
    std::set<sheets::Command> commands;
    for (sheets::KeyRow const& row : sheets::key_rows()) {
        CHECK(commands.insert(row.command).second);
        CHECK((row.back == sheets::Command::None) == row.back_keys.empty());
        CHECK((row.back_keys.empty() || commands.insert(row.back).second));
        for (std::string const& key : words(row.keys)) {
            CHECK(seen.insert(key).second);
            CHECK(sheets::command_of(key) == row.command);
        }
        for (std::string const& key : words(row.back_keys)) {
            CHECK(seen.insert(key).second);
            CHECK(sheets::command_of(key) == row.back);
        }
    }
    // All commands but None have a key.
    CHECK(commands.size() == static_cast<std::size_t>(sheets::Command::Leave));
    for (sheets::Panel const& panel : sheets::panels()) {
        CHECK(seen.insert(std::string(1, panel.key)).second);
    }
    CHECK_FALSE(sheets::command_of("Ctrl+Z").has_value());
}

TEST_CASE("keys: the help has a row for each, at every width, and the bottom line ends with help") {
    for (std::size_t const width : {40U, 80U, 160U}) {
        sheets::PanelState state;
        state.width = width;
        std::string const help = text::paint(sheets::help_sheet(state));
        for (sheets::KeyRow const& row : sheets::key_rows()) {
            INFO(width, " ", row.keys);
            CHECK(help.find(" " + std::string{row.keys}) != std::string::npos);
        }
        sheets::Sheet const line = sheets::keys_sheet({}, state);
        CHECK(line.rows.front().width() <= width);
        CHECK(text::paint(line).find("? help") != std::string::npos);
    }
}

TEST_CASE("keys: docs/window.md has the table as it is") {
    std::filesystem::path const file =
        std::filesystem::path{RINGSIDE_SOURCE_DIR} / "docs/window.md";
    std::ifstream in{file};
    std::stringstream read;
    read << in.rdbuf();
    std::string const text = read.str();
    std::string const head = "## Keys\n\n";
    std::string const tail = "\n## ";
    std::size_t const from = text.find(head);
    REQUIRE(from != std::string::npos);
    std::size_t const begin = from + head.size();
    std::size_t const end = text.find(tail, begin);
    REQUIRE(end != std::string::npos);
    std::string const keys = sheets::keys_document();
    if (std::getenv("RINGSIDE_UPDATE_GOLDEN") != nullptr) {
        std::ofstream{file} << text.substr(0, begin) << keys << text.substr(end);
        return;
    }
    CHECK(text.substr(begin, end - begin) == keys);
}
