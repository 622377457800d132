#pragma once
// The debug registers' breakpoints (SDM volume 3, sections 18.2 and 18.3): what an access or an
// instruction meets. The machine asks before each instruction and for each access while something
// is armed; then it goes by single steps, and otherwise asks nothing.
//
// Addresses are linear, and the privilege does not matter. A breakpoint of LEN bytes lies at its
// address with the low bits ignored. The answers are the bits B0..B3 of DR6: all conditions that
// were met, if at least one of them is enabled by DR7; else none.
#include "core/cpu.hpp"

namespace ringside::debug_unit {

// Is anything enabled?
[[nodiscard]] bool is_armed(Cpu const& cpu);

// R/W = 00: an instruction begins here. A fault before it, unless RF is set.
[[nodiscard]] u64 at_instruction(Cpu const& cpu, LinearAddress address);
// R/W = 01 (writes) and 11 (reads and writes): a trap after the instruction, or after the element.
[[nodiscard]] u64 at_data(Cpu const& cpu, LinearAddress address, u32 size, bool writes);
// R/W = 10, while CR4.DE: a trap after IN, OUT, INS or OUTS.
[[nodiscard]] u64 at_port(Cpu const& cpu, u16 port, unsigned size);

} // namespace ringside::debug_unit
