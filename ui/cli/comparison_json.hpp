#pragma once
// A comparison as one JSON object:
//   {"program":..., "same_to_the_user":bool,
//    "left": {"label","split","end","insns","events", ...the run's other cost figures},
//    "right":..., "calls":[{"scene","name","left":{figures}|null,"right":{figures}|null}],
//    "rows":[{"key","left":event|null,"right":event|null,"alike":bool}]}
// `left` and `right` of a row are event numbers of `ringside trace` (i).
#include "ui/story/comparison.hpp"

#include <string>

namespace ringside::cli {

[[nodiscard]] std::string comparison_json(story::Comparison const& comparison);

} // namespace ringside::cli
