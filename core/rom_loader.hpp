#pragma once
// A machine that starts as a PC does: a ROM that ends at 1 MiB and at 4 GiB, and a processor after
// RESET (SDM volume 3, section 10.1.1 and table 10-1), whose first instruction is at FFFFFFF0h.
#include "core/cpu.hpp"
#include "core/machine_config.hpp"
#include "core/ram.hpp"

namespace ringside {

// Real mode, CS = F000h with base FFFF0000h, IP = FFF0h; caches off, EDX the processor's signature.
[[nodiscard]] Cpu after_reset();

void load_rom(MachineConfig const& config, Ram& ram, Cpu& cpu);

} // namespace ringside
