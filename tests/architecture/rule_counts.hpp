#pragma once
// How many golden cases ask each rule of the models, and how many of them the rule refuses.
#include "core/x86/integers.hpp"

#include <map>
#include <string>
#include <vector>

namespace ringside::tests {

struct RuleCount {
    u64 asked = 0; // cases in which the rule was asked at least once
    u64 refused = 0;
    friend bool operator==(RuleCount const&, RuleCount const&) = default;
};

struct RuleCounts {
    std::map<std::string, RuleCount> rules; // those that were asked
    u64 cases = 0;
};

// Replays the files by the models.
[[nodiscard]] RuleCounts count_rules(std::vector<std::string> const& files);

// The sample that lies in tests/data/vectors; and all cases, none where they are not beside the
// tree.
[[nodiscard]] std::vector<std::string> sample_of_vectors();
[[nodiscard]] std::vector<std::string> all_vectors();

} // namespace ringside::tests
