#pragma once
// Guests for tests: the samples of this build, under a split.
#include "core/machine_config.hpp"

#include <string>

namespace ringside::tests {

[[nodiscard]] MachineConfig guest(std::string const& program, Split split);

} // namespace ringside::tests
