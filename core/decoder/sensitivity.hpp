#pragma once
// Which instructions the model executes instead of the processor core, and how the engine gets hold
// of them. The core runs the guest at a hidden privilege level of 1 or 3 with IOPL 0 and empty
// descriptor tables, so that most of them trap on their own; the rest would silently run and need a
// hook at their address.
#include "core/decoder/instruction.hpp"

namespace ringside {

enum class Containment : u8 {
    Harmless,   // the core executes it, and rightly
    Traps,      // raises #GP or #UD in the core before any effect: no hook needed
    Interrupts, // the core reports it as an interrupt, with the IP behind it: no hook needed
    Leaks,      // the core would execute it, wrongly or behind the model's back: hook its address
};

[[nodiscard]] Containment containment(Instruction const& instruction);

[[nodiscard]] inline bool is_sensitive(Instruction const& instruction) {
    return containment(instruction) != Containment::Harmless;
}
[[nodiscard]] inline bool traps_by_itself(Instruction const& instruction) {
    return containment(instruction) == Containment::Traps;
}
[[nodiscard]] inline bool leaks(Instruction const& instruction) {
    return containment(instruction) == Containment::Leaks;
}

// The undefined encodings over which Unicorn 2.0's translator calls abort(), which ends the whole
// process: a far CALL or JMP to a register, and LOCK before CMP, CMPS or a bit test of a register.
// A hook comes too late for them. Who executes one instruction at a time must look here first; who
// lets the core translate whole blocks must survive the abort().
[[nodiscard]] bool aborts_translator(Instruction const& instruction);

} // namespace ringside
