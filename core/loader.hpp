#pragma once
// Puts a machine's memory and processor into the state in which a Multiboot 1 boot loader starts a
// kernel (Multiboot specification 0.6.96, section 3.2; kernel_stub/abi/boot.h).
#include "core/cpu.hpp"
#include "core/machine_config.hpp"
#include "core/ram.hpp"

namespace ringside {

void load_guest(MachineConfig const& config, Ram& ram, Cpu& cpu);

} // namespace ringside
