#pragma once
// A recording as the panels want it: with names, sentences, moments by name, and the files that the
// code came from.
#include "core/view/subject.hpp"
#include "ui/cli/recording.hpp"

namespace ringside::cli {

[[nodiscard]] view::Subject make_subject(std::shared_ptr<Recording> const& recording);

} // namespace ringside::cli
