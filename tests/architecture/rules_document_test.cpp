// docs/rules.md is made of the rules in the code, and of counts over the golden cases that
// tests/data/vectors/rule_counts.txt keeps. RINGSIDE_UPDATE=1 in the environment writes both anew.
#include "core/instructions/rules.hpp"
#include "mmu/rules.hpp"
#include "seg/rules.hpp"
#include "tests/architecture/rule_counts.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <span>
#include <sstream>

namespace ringside::tests {
namespace {

std::string const document_path = RINGSIDE_SOURCE_DIR "/docs/rules.md";
std::string const counts_path = RINGSIDE_SOURCE_DIR "/tests/data/vectors/rule_counts.txt";

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

// What the file keeps: the counts over all cases, and over the sample in the tree.
struct Kept {
    RuleCounts all;
    RuleCounts sample;
};

std::string read(std::string const& path) {
    std::ifstream file{path};
    std::stringstream found;
    found << file.rdbuf();
    return found.str();
}

// A line a rule that some case asks; the first line has the number of cases.
std::string text(Kept const& kept) {
    std::ostringstream text;
    text << "cases " << kept.all.cases << " - " << kept.sample.cases << " -\n";
    for (auto const& [id, all] : kept.all.rules) {
        auto const found = kept.sample.rules.find(id);
        RuleCount const sample = found == kept.sample.rules.end() ? RuleCount{} : found->second;
        text << id << ' ' << all.asked << ' ' << all.refused << ' ' << sample.asked << ' '
             << sample.refused << '\n';
    }
    return text.str();
}

Kept kept_counts() {
    Kept kept;
    std::istringstream lines{read(counts_path)};
    std::string id;
    std::string dash;
    lines >> id >> kept.all.cases >> dash >> kept.sample.cases >> dash;
    RuleCount all;
    RuleCount sample;
    while (lines >> id >> all.asked >> all.refused >> sample.asked >> sample.refused) {
        kept.all.rules[id] = all;
        if (sample.asked != 0) {
            kept.sample.rules[id] = sample;
        }
    }
    return kept;
}

std::string document(RuleCounts const& counts) {
    std::ostringstream text;
    text << "# The rules\n\nEvery check of the model has a name. The window prints it, tests name "
            "it and labs refer to it. The sentence is\ntrue when the check passes. Of the "
         << counts.cases
         << " golden cases (`ringside vectors`), what silicon and Bochs did, \"asked\" says how "
            "many ask\nthe rule when the models replay them, and \"refused\" how many of these it "
            "refuses. A dash: no case asks it; it is held by\nthe tests of `tests/seg`, "
            "`tests/mmu`, `tests/core` and `tests/rom`. (This file is made from the code: see\n"
            "`tests/architecture/rules_document_test.cpp`.)\n";
    for (Chapter const& chapter : chapters()) {
        text << "\n## " << chapter.title
             << "\n\n| rule | the check passes when | Intel SDM | asked | refused |\n"
                "|---|---|---|---|---|\n";
        for (Rule const* rule : chapter.rules) {
            text << "| `" << rule->id << "` | " << rule->sentence << " | " << rule->sdm << " | ";
            auto const found = counts.rules.find(std::string{rule->id});
            if (found == counts.rules.end()) {
                text << "- | - |\n";
            } else {
                text << found->second.asked << " | " << found->second.refused << " |\n";
            }
        }
    }
    return text.str();
}

bool updates() {
    return std::getenv("RINGSIDE_UPDATE") != nullptr;
}

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

TEST_CASE("rules: the counts that are kept are those of the golden cases") {
    RuleCounts const sample = count_rules(sample_of_vectors());
    REQUIRE(sample.cases >= 1200);
    auto const files = all_vectors();
    if (files.empty()) {
        MESSAGE("left out: the whole set of cases is not here");
    } else {
        RuleCounts const all = count_rules(files);
        if (updates()) {
            std::ofstream{counts_path} << text({.all = all, .sample = sample});
        }
        INFO("RINGSIDE_UPDATE=1 build/tests/architecture/tests_rules_document counts anew");
        CHECK((all.rules == kept_counts().all.rules));
        CHECK(all.cases == kept_counts().all.cases);
    }
    CHECK((sample.rules == kept_counts().sample.rules));
    CHECK(sample.cases == kept_counts().sample.cases);
}

TEST_CASE("rules: docs/rules.md says what the code says") {
    std::string const made = document(kept_counts().all);
    if (updates()) {
        std::ofstream{document_path} << made;
    }
    INFO("RINGSIDE_UPDATE=1 build/tests/architecture/tests_rules_document writes it anew");
    CHECK((read(document_path) == made));
}

} // namespace ringside::tests
