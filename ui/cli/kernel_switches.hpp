#pragma once
// Which switches of the command line the chosen kernel can honour. One that would change nothing is
// refused with the reason: a switch without an effect teaches something false.
#include "core/machine_config.hpp"

namespace ringside::cli {

// Throws HostError. A kernel named by --kernel is asked nothing.
void check_switches(MachineConfig const& config);

} // namespace ringside::cli
