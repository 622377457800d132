#include "core/trace/alignment.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

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

std::string_view scene_at(Outline const& outline, u64 event) {
    return outline.scenes[outline.scene_of[event]].key;
}

// Puts the rows in order. What stands alone between two pairs goes by scenes: the open one is told
// to its end on both sides before the next begins, and the next is the one that comes first in both
// stories. Else a scene would open, be left for the end of the one before it, and open once more.
class RowWriter {
public:
    RowWriter(Outline const& left, Outline const& right)
        : left_{left}
        , right_{right} {}

    void alone_until(u64 left_end, u64 right_end) {
        while (l_ < left_end || r_ < right_end) {
            if (is_left_next(left_end, right_end)) {
                open_ = scene_at(left_, l_);
                rows_.push_back({.left = l_++, .right = std::nullopt});
            } else {
                open_ = scene_at(right_, r_);
                rows_.push_back({.left = std::nullopt, .right = r_++});
            }
        }
    }
    void pair() {
        open_ = scene_at(left_, l_);
        rows_.push_back({.left = l_++, .right = r_++});
    }
    std::vector<AlignedRow> rows() { return std::move(rows_); }

private:
    [[nodiscard]] bool is_left_next(u64 left_end, u64 right_end) const {
        if (l_ == left_end || r_ == right_end) {
            return r_ == right_end;
        }
        std::string_view const left = scene_at(left_, l_);
        std::string_view const right = scene_at(right_, r_);
        if (left == open_ || right == open_) {
            return left == open_;
        }
        return !comes(right_, r_, right_end, left) || comes(left_, l_, left_end, right);
    }

    // Is there something of the scene from here to the next pair, or is that of it?
    static bool comes(Outline const& outline, u64 begin, u64 end, std::string_view scene) {
        for (u64 i = begin; i <= end && i < outline.keys.size(); ++i) {
            if (scene_at(outline, i) == scene) {
                return true;
            }
        }
        return false;
    }

    Outline const& left_;
    Outline const& right_;
    u64 l_ = 0;
    u64 r_ = 0;
    std::string_view open_;
    std::vector<AlignedRow> rows_;
};

} // namespace

std::vector<AlignedRow> align(Outline const& left, Outline const& right) {
    RowWriter writer{left, right};
    for (Pair const& pair : in_both_orders(common_events(left, right))) {
        writer.alone_until(pair.left, pair.right);
        writer.pair();
    }
    writer.alone_until(left.keys.size(), right.keys.size());
    return writer.rows();
}

} // namespace ringside::trace
