#pragma once
// Real recorded runs of the sample `pages`; one recording of each split serves all tests.
#include "core/view/subject.hpp"

namespace ringside::tests {

// False, with a message, when this build has no guests.
[[nodiscard]] bool guests_are_there();
[[nodiscard]] view::Subject const& pages(Split split);

} // namespace ringside::tests
