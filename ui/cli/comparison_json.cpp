#include "ui/cli/comparison_json.hpp"

#include "core/trace/sentence.hpp"

#include <nlohmann/json.hpp>

namespace ringside::cli {

namespace {

using Json = nlohmann::ordered_json;

Json figures_of(story::Cost const& cost) {
    Json figures = Json::object();
    for (story::CostFigure const& figure : story::cost_figures()) {
        figures[std::string{figure.key}] = figure.of(cost);
    }
    return figures;
}

Json figures_of(std::optional<story::Cost> const& cost) {
    return cost ? figures_of(*cost) : Json(nullptr);
}

Json side_of(story::Side const& side, story::Cost const& cost) {
    Json object{
        {"label", side.label}, {"split", side.run.split}, {"end", story::end_text(side.run.end)}};
    object.update(figures_of(cost));
    return object;
}

Json row_of(story::Comparison const& comparison, trace::AlignedRow const& row) {
    auto const& left = comparison.left.run;
    auto const& right = comparison.right.run;
    bool const alike =
        row.left && row.right &&
        trace::sentence_of(left.events[*row.left]) == trace::sentence_of(right.events[*row.right]);
    auto const event = [](std::optional<u64> const& number) {
        return number ? Json(*number) : Json(nullptr);
    };
    return {{"key", row.left ? left.outline.keys[*row.left] : right.outline.keys[*row.right]},
            {"left", event(row.left)},
            {"right", event(row.right)},
            {"alike", alike}};
}

} // namespace

std::string comparison_json(story::Comparison const& comparison) {
    Json object{{"program", comparison.left.run.program},
                {"same_to_the_user", story::same_to_the_user(comparison)},
                {"left", side_of(comparison.left, comparison.left_cost)},
                {"right", side_of(comparison.right, comparison.right_cost)},
                {"calls", Json::array()},
                {"rows", Json::array()}};
    for (story::ComparedCall const& call : comparison.calls) {
        object["calls"].push_back({{"scene", call.scene},
                                   {"name", call.name},
                                   {"left", figures_of(call.left)},
                                   {"right", figures_of(call.right)}});
    }
    for (trace::AlignedRow const& row : comparison.rows) {
        object["rows"].push_back(row_of(comparison, row));
    }
    return object.dump();
}

} // namespace ringside::cli
