#pragma once
// Replays whole files and sums up: what `ringside vectors FILE...` prints.
#include "core/vectors/vector_case.hpp"
#include "core/vectors/verdict.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ringside::vectors {

using Judge = std::function<Verdict(VectorCase const&)>;

// By the models alone: paging through `mmu`, segmentation and transfers through `seg`.
[[nodiscard]] Verdict replay_case(VectorCase const& given);

struct KindSummary {
    std::string kind;
    u64 equal = 0;
    u64 total = 0;
    std::vector<std::string> differences; // the first ones, in full, several lines each
};

struct Summary {
    std::vector<KindSummary> kinds; // in order of first appearance
    [[nodiscard]] bool all_equal() const;
};

// Throws HostError for a file or a line that cannot be read; nothing is half judged then.
[[nodiscard]] Summary replay_files(std::span<std::string const> paths,
                                   Judge const& judge = replay_case);

// One line a kind, "p32 8000/8000", and below it its first differences. Ends in a line feed.
[[nodiscard]] std::string text(Summary const& summary);

} // namespace ringside::vectors
