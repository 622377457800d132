// The rules themselves: each has a name of its own, a sentence and its place in the manual, and
// each is named by a test.
#include "seg/rules.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace ringside::seg::rules_test {
namespace {

std::string all_tests() {
    std::ostringstream text;
    for (auto const& entry :
         std::filesystem::directory_iterator{RINGSIDE_SOURCE_DIR "/tests/seg"}) {
        if (entry.path().extension() == ".cpp" && entry.path().filename() != "rules_test.cpp") {
            text << std::ifstream{entry.path()}.rdbuf();
        }
    }
    return text.str();
}

TEST_CASE("rules: ids are unique, sentences are sentences, each has its section of the manual") {
    std::set<std::string_view> ids;
    for (Rule const* rule : seg_rules()) {
        INFO(rule->id);
        CHECK(ids.insert(rule->id).second);
        CHECK(rule->sentence.ends_with('.'));
        CHECK(rule->sdm.starts_with("SDM "));
    }
}

TEST_CASE("rules: every rule in the header is listed") {
    std::ostringstream text;
    text << std::ifstream{RINGSIDE_SOURCE_DIR "/seg/rules.hpp"}.rdbuf();
    std::string const header = text.str();
    std::size_t declared = 0;
    for (std::size_t at = header.find("constexpr Rule "); at != std::string::npos;
         at = header.find("constexpr Rule ", at + 1)) {
        ++declared;
    }
    CHECK(declared > 50);
    CHECK(seg_rules().size() == declared);
}

TEST_CASE("rules: some test names each rule as the one that refused") {
    std::string const tests = all_tests();
    for (Rule const* rule : seg_rules()) {
        INFO(rule->id);
        std::string const named = std::string{" "}.append(rule->id).append("\"");
        CHECK(tests.find(named) != std::string::npos);
    }
}

} // namespace
} // namespace ringside::seg::rules_test
