#include "core/trace/alignment.hpp"

#include <algorithm>

namespace ringside::trace {

namespace {

struct Pair {
    u64 left = 0;
    u64 right = 0;
};

// The events whose key both have, in the left story's order.
std::vector<Pair> common_events(Outline const& left, Outline const& right) {
    std::vector<Pair> common;
    for (u64 i = 0; i < left.keys.size(); ++i) {
        auto const found = right.events_by_key.find(left.keys[i]);
        if (found != right.events_by_key.end()) {
            common.push_back({i, found->second});
        }
    }
    return common;
}

// The longest choice of them that is in the right story's order too. `ends[n]` is the pair with the
// least right event at which n + 1 pairs in order can end; `before` leads from a pair to the one
// chosen before it.
std::vector<Pair> in_both_orders(std::vector<Pair> const& common) {
    std::vector<std::size_t> ends;
    std::vector<std::size_t> before(common.size());
    for (std::size_t i = 0; i < common.size(); ++i) {
        auto const place = std::ranges::lower_bound(
            ends, common[i].right, {}, [&](std::size_t each) { return common[each].right; });
        before[i] = place == ends.begin() ? i : *std::prev(place);
        if (place == ends.end()) {
            ends.push_back(i);
        } else {
            *place = i;
        }
    }
    std::vector<Pair> chosen(ends.size());
    std::size_t at = ends.empty() ? 0 : ends.back();
    for (std::size_t n = ends.size(); n-- > 0; at = before[at]) {
        chosen[n] = common[at];
    }
    return chosen;
}

} // namespace

std::vector<AlignedRow> align(Outline const& left, Outline const& right) {
    std::vector<AlignedRow> rows;
    u64 l = 0;
    u64 r = 0;
    auto const alone_until = [&](u64 left_end, u64 right_end) {
        for (; l < left_end; ++l) {
            rows.push_back({.left = l, .right = std::nullopt});
        }
        for (; r < right_end; ++r) {
            rows.push_back({.left = std::nullopt, .right = r});
        }
    };
    for (Pair const& pair : in_both_orders(common_events(left, right))) {
        alone_until(pair.left, pair.right);
        rows.push_back({.left = l++, .right = r++});
    }
    alone_until(left.keys.size(), right.keys.size());
    return rows;
}

} // namespace ringside::trace
