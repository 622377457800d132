// docs/rules.md is made of the rules in the code. RINGSIDE_UPDATE=1 in the environment writes it
// anew.
#include "core/instructions/rules.hpp"
#include "mmu/rules.hpp"
#include "seg/rules.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace ringside {
namespace {

struct Chapter {
    char const* title;
    std::vector<Rule const*> rules;
};

std::vector<Chapter> chapters() {
    auto const listed = [](std::span<Rule const* const> all) {
        return std::vector<Rule const*>(all.begin(), all.end());
    };
    return {{"Segmentation, gates and privilege", listed(seg::seg_rules())},
            {"Paging", listed(mmu::mmu_rules())},
            {"Instructions that the model executes", listed(rules::instruction_rules)}};
}

std::string document() {
    std::ostringstream text;
    text << "# The rules\n\nEvery check of the model has a name. The window prints it, tests name "
            "it "
            "and labs refer to it. The sentence is\ntrue when the check passes. (This file is made "
            "from the code: see `tests/architecture/rules_document_test.cpp`.)\n";
    for (Chapter const& chapter : chapters()) {
        text << "\n## " << chapter.title
             << "\n\n| rule | the check passes when | Intel SDM |\n|---|---|---|\n";
        for (Rule const* rule : chapter.rules) {
            text << "| `" << rule->id << "` | " << rule->sentence << " | " << rule->sdm << " |\n";
        }
    }
    return text.str();
}

std::string const path = std::string{RINGSIDE_SOURCE_DIR} + "/docs/rules.md";

} // namespace

TEST_CASE("rules: every rule has a name of its own, a sentence and a section") {
    std::map<std::string_view, int> seen;
    for (Chapter const& chapter : chapters()) {
        REQUIRE(!chapter.rules.empty());
        for (Rule const* rule : chapter.rules) {
            std::string const id{rule->id};
            CAPTURE(id);
            CHECK(++seen[rule->id] == 1);
            CHECK(rule->sentence.size() > 10);
            CHECK(rule->sentence.back() == '.');
            CHECK(rule->sdm.starts_with("SDM "));
            for (char const letter : rule->id) {
                CHECK((std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '.' ||
                       letter == '-' || letter == '_'));
            }
        }
    }
}

TEST_CASE("rules: docs/rules.md says what the code says") {
    if (std::getenv("RINGSIDE_UPDATE") != nullptr) {
        std::ofstream{path} << document();
    }
    std::ifstream file{path};
    std::stringstream found;
    found << file.rdbuf();
    INFO("RINGSIDE_UPDATE=1 build/tests/architecture/tests_rules_document writes it anew");
    CHECK((found.str() == document()));
}

} // namespace ringside
