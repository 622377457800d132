#include "tests/architecture/rule_counts.hpp"

#include "core/vectors/replay.hpp"

#include <filesystem>
#include <set>

namespace ringside::tests {

namespace {

std::vector<std::string> files_in(std::filesystem::path const& folder) {
    std::vector<std::string> files;
    for (char const* const kind : {"p32", "pae", "p64", "seg", "segu", "xfer"}) {
        std::filesystem::path const file = folder / (std::string{kind} + ".jsonl.gz");
        if (!std::filesystem::exists(file)) {
            return {};
        }
        files.push_back(file.string());
    }
    return files;
}

} // namespace

RuleCounts count_rules(std::vector<std::string> const& files) {
    RuleCounts counts;
    vectors::Judge const judge = [&counts](vectors::VectorCase const& given) {
        vectors::Verdict verdict = vectors::replay_case(given);
        std::set<std::string_view> asked;
        std::set<std::string_view> refused;
        for (Check const& check : verdict.checks) {
            asked.insert(check.rule->id);
            if (!check.ok) {
                refused.insert(check.rule->id);
            }
        }
        for (std::string_view const id : asked) {
            RuleCount& count = counts.rules[std::string{id}];
            ++count.asked;
            count.refused += refused.contains(id) ? 1U : 0U;
        }
        ++counts.cases;
        return verdict;
    };
    static_cast<void>(vectors::replay_files(files, judge));
    return counts;
}

std::vector<std::string> sample_of_vectors() {
    return files_in(RINGSIDE_SOURCE_DIR "/tests/data/vectors");
}

std::vector<std::string> all_vectors() {
    return files_in(RINGSIDE_SOURCE_DIR "/../shared/vectors");
}

} // namespace ringside::tests
