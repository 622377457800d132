#pragma once
// The comparison as a sheet, for a picture: the text's lines, by colour what their marks say.
#include "ui/sheets/sheet.hpp"
#include "ui/story/comparison_text.hpp"

namespace ringside::cli {

[[nodiscard]] sheets::Sheet comparison_sheet(story::Comparison const& comparison,
                                             story::Detail detail);

} // namespace ringside::cli
