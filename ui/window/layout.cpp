#include "ui/window/layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ringside::window {

namespace {

// How many rows a panel wants: with fewer than `least` it is not worth its place, with more than
// `good` it is not better. What is left of a column goes by `weight`. Panels of the lowest `rank`
// fold first.
struct Want {
    std::string_view panel;
    std::size_t least;
    std::size_t good;
    float weight;
    int rank;
};

Want want(std::string_view panel, LayoutSizes const& sizes) {
    bool const wide = sizes.digits > 8;
    std::size_t const more = sizes.levels > 2 ? sizes.levels - 2 : 0;
    std::array const wants{
        Want{"code", 8, 22, 3, 7},
        Want{"cpu", 7, wide ? 20U : 14U, 0, 4},
        Want{"walk", 9 + 2 * more, 15 + 2 * more, 1, 6},
        Want{"gate", 8, 17, 1, 5},
        Want{"address", 7, 16, 3, 3},
        Want{"stack", 5, 14, 3, 2},
        Want{"tlb", 3, 8, 1, 1},
        Want{"watch", std::min<std::size_t>(sizes.watched, 3), sizes.watched, 0, 4}};
    auto const found =
        std::find_if(wants.begin(), wants.end(), [&](Want const& w) { return w.panel == panel; });
    return found == wants.end() ? wants.front() : *found;
}

using Names = std::vector<std::string_view>;
struct Column {
    Names panels;
    float share; // of the stage's width
};

class LayoutMaker {
public:
    LayoutMaker(Box const& stage, LayoutSizes const& sizes, std::string_view lead)
        : stage_{stage}
        , sizes_{sizes}
        , lead_{lead} {}

    std::vector<Place> make() {
        Names folded;
        std::vector<Column> columns = choose(folded);
        if (sizes_.watched != 0 && columns.size() > 2) {
            Names& last = columns[2].panels;
            last.insert(last.end() - 1, "watch");
        } else if (sizes_.watched != 0) {
            folded.emplace_back("watch");
        }
        float bottom = stage_.bottom;
        for (bool again = true; again;) {
            bottom = folded.empty() ? stage_.bottom : stage_.bottom - folded_bar() - sizes_.gap;
            again = false;
            places_.clear();
            float left = stage_.left;
            for (Column const& column : columns) {
                bool const last = &column == &columns.back();
                float const right =
                    last ? stage_.right : std::floor(left + stage_.width() * column.share);
                again = stand({left, stage_.top, last ? right : right - sizes_.gap, bottom},
                              column.panels, folded) ||
                        again;
                left = right;
            }
        }
        fold(folded, bottom + sizes_.gap);
        return std::move(places_);
    }

private:
    [[nodiscard]] std::vector<Column> choose(Names& folded) const {
        float const letters = stage_.width() / sizes_.cell.width;
        float const rows = stage_.height() / sizes_.cell.height;
        if (letters >= 290 && rows >= 48) {
            return {{{"code", "cpu"}, 0.28F},
                    {{"walk", "gate"}, 0.29F},
                    {{"address", "tlb"}, 0.21F},
                    {{"stack"}, 0.22F}};
        }
        if (letters >= 150 && rows >= 22) {
            return {{{"code", "cpu"}, 0.35F},
                    {{"walk", "gate"}, 0.37F},
                    {{"address", "stack", "tlb"}, 0.28F}};
        }
        folded = {"address", "stack", "tlb"};
        if (letters >= 108 && rows >= 22) {
            return {{{"code", "cpu"}, 0.48F}, {{"walk", "gate"}, 0.52F}};
        }
        folded.insert(folded.begin(), {lead_ == "gate" ? "walk" : "gate", "cpu"});
        return {{{"code"}, 0.46F}, {{lead_ == "gate" ? "gate" : "walk"}, 0.54F}};
    }

    // A folded panel shows its title bar only.
    [[nodiscard]] float folded_bar() const { return sizes_.bar; }

    // Puts panels one under the other. True when it had to fold one: there is less room then.
    bool stand(Box const& column, Names const& panels, Names& folded) {
        std::vector<Want> wants;
        for (std::string_view const panel : panels) {
            if (std::find(folded.begin(), folded.end(), panel) == folded.end()) {
                wants.push_back(want(panel, sizes_));
            }
        }
        auto const frames = [&] {
            auto const count = static_cast<float>(wants.size());
            return count * sizes_.bar + (count - 1) * sizes_.gap;
        };
        std::size_t least = 0;
        for (Want const& each : wants) {
            least += each.least;
        }
        float const high = column.height() - frames();
        if (wants.size() > 1 && high < static_cast<float>(least) * sizes_.cell.height) {
            auto const lowest =
                std::min_element(wants.begin(), wants.end(),
                                 [](Want const& a, Want const& b) { return a.rank < b.rank; });
            folded.push_back(lowest->panel);
            return true;
        }
        std::vector<float> const heights = share_out(wants, high);
        float top = column.top;
        for (std::size_t at = 0; at < wants.size(); ++at) {
            bool const last = at + 1 == wants.size();
            float const bottom = last ? column.bottom : top + sizes_.bar + heights[at];
            places_.push_back({wants[at].panel, {column.left, top, column.right, bottom}, false});
            top = bottom + sizes_.gap;
        }
        return false;
    }

    // The least for each, then in proportion up to what is good, then by weight. Whole rows, except
    // for what is left over.
    [[nodiscard]] std::vector<float> share_out(std::vector<Want> const& wants, float high) const {
        std::size_t rows = static_cast<std::size_t>(std::max(0.0F, high / sizes_.cell.height));
        std::vector<std::size_t> given;
        for (Want const& each : wants) {
            given.push_back(std::min(rows, each.least));
            rows -= given.back();
        }
        while (rows > 0) {
            // Who is furthest from what it wants gets the next row.
            std::size_t best = 0;
            float most = -1;
            for (std::size_t at = 0; at < wants.size(); ++at) {
                auto const has = static_cast<float>(given[at]);
                auto const good = static_cast<float>(wants[at].good);
                float const need = given[at] < wants[at].good ? 1000 * (good - has) / good
                                                              : wants[at].weight / (has + 1);
                if (need > most) {
                    most = need;
                    best = at;
                }
            }
            ++given[best];
            --rows;
        }
        std::vector<float> heights;
        for (std::size_t const each : given) {
            heights.push_back(static_cast<float>(each) * sizes_.cell.height);
        }
        return heights;
    }

    void fold(Names const& folded, float top) {
        if (folded.empty()) {
            return;
        }
        auto const count = static_cast<float>(folded.size());
        float const wide = (stage_.width() - (count - 1) * sizes_.gap) / count;
        float left = stage_.left;
        for (std::string_view const panel : folded) {
            places_.push_back(
                {panel, {std::floor(left), top, std::floor(left + wide), stage_.bottom}, true});
            left += wide + sizes_.gap;
        }
    }

    Box const& stage_;
    LayoutSizes const& sizes_;
    std::string_view lead_;
    std::vector<Place> places_;
};

} // namespace

std::vector<Place> lay_out(Box const& stage, LayoutSizes const& sizes, std::string_view lead) {
    return LayoutMaker{stage, sizes, lead}.make();
}

std::size_t story_rows(std::size_t rows) {
    return rows >= 44 ? 6 : rows >= 36 ? 5 : 4;
}

} // namespace ringside::window
