#pragma once
// Two stories of one program side by side. Their events are paired by key; what only one of them
// has stands alone. Keys are unique in a run, so the longest common subsequence of two stories is a
// longest rising sequence, and takes n log n steps.
#include "core/trace/outline.hpp"

#include <optional>
#include <vector>

namespace ringside::trace {

// A line of the comparison: an event of the left story, of the right one, or the same in both.
struct AlignedRow {
    std::optional<u64> left;
    std::optional<u64> right;
    friend bool operator==(AlignedRow const&, AlignedRow const&) = default;
};

// Every event of both, each once and in its own story's order. Between two pairs, what only one
// story has goes by scenes, and within a scene what only the left one has comes first. An event
// that both have, but at places that cannot be reconciled, stands alone on both sides.
[[nodiscard]] std::vector<AlignedRow> align(Outline const& left, Outline const& right);

} // namespace ringside::trace
