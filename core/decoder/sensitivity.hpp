#pragma once
// Which instructions the model executes instead of the processor core, and how the engine gets hold
// of them. The core runs the guest at a hidden privilege level of 1 or 3 with IOPL 0 and empty
// descriptor tables, so that most of them trap on their own; the rest would silently run and need a
// hook at their address.
#include "core/decoder/instruction.hpp"

#include <optional>

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

// Does it reach memory through FS, GS, or CS as data? The engine leaves limits and types to the
// pages it is granted, which are made for DS, ES and SS.
[[nodiscard]] constexpr bool overrides_segment(Instruction const& instruction) {
    MemoryOperand const& memory = instruction.memory;
    bool const is_other =
        memory.segment == sreg::CS || memory.segment == sreg::FS || memory.segment == sreg::GS;
    bool const reaches =
        (memory.present && (memory.read || memory.write)) || instruction.string_reads_source;
    return is_other && reaches && instruction.code_size != CodeSize::Bits64;
}

// Does it make several accesses, of which the core can make one with an effect before it is refused
// another: several words of the stack, or more than the 8 bytes that it moves at once? Of two
// operands, as MOVS and PUSH of memory have, it reads the one before it writes the other, as the
// processor does; but CMPS reads its two in the other order.
[[nodiscard]] constexpr bool makes_several_accesses(Instruction const& instruction) {
    MemoryOperand const& memory = instruction.memory;
    bool const is_large =
        memory.present && (memory.read || memory.write) && (memory.size > 8 || memory.size == 0);
    bool const is_many = instruction.opcode_map == OpcodeMap::OneByte &&
                         (instruction.opcode == 0x60 || instruction.opcode == 0x61 ||
                          instruction.opcode == 0xc8); // PUSHA, POPA, ENTER
    bool const is_compare = instruction.string_reads_source && instruction.string_reads_destination;
    return (is_large || is_many || is_compare) && instruction.code_size != CodeSize::Bits64;
}

// Could the core be stopped in the middle of it by a page that refuses, with some bytes stored or
// some registers loaded? It moves more than the 8 bytes that the core moves at once, or several
// words of the stack.
[[nodiscard]] constexpr bool can_stop_halfway(Instruction const& instruction) {
    MemoryOperand const& memory = instruction.memory;
    bool const is_one_byte = instruction.opcode_map == OpcodeMap::OneByte;
    bool const is_many = is_one_byte && (instruction.opcode == 0x60 || instruction.opcode == 0x61 ||
                                         instruction.opcode == 0xc8); // PUSHA, POPA, ENTER
    bool const is_large = memory.present && (memory.read || memory.write) && memory.size > 8 &&
                          instruction.opcode_map != OpcodeMap::Vector;
    return instruction.operation == Operation::Innocent && (is_many || is_large);
}

// LOOPE and LOOPNE: where rCX ends the loop, Unicorn 2.0's translator forgets to keep the flags of
// what came before in the same block. A hook makes it keep them.
[[nodiscard]] constexpr bool loses_flags(Instruction const& instruction) {
    return instruction.opcode_map == OpcodeMap::OneByte &&
           (instruction.opcode == 0xe0 || instruction.opcode == 0xe1);
}

// A near call in 64-bit code to a target that is known only when it is made. The core pushes before
// it finds that the target is not canonical.
[[nodiscard]] constexpr bool pushes_before_it_branches(Instruction const& instruction) {
    return instruction.code_size == CodeSize::Bits64 && instruction.flow == Flow::Call &&
           instruction.operation == Operation::Innocent && !instruction.relative;
}

// Must its operand of 16 bytes and more lie at a multiple of 16, whatever the flags are? So have
// SSE without VEX, but for the instructions made for what does not; FXSAVE and FXRSTOR; CMPXCHG16B.
[[nodiscard]] bool needs_alignment(Instruction const& instruction);

// Where in its operand does the instruction find a new MXCSR: LDMXCSR, FXRSTOR?
[[nodiscard]] std::optional<u32> loads_mxcsr(Instruction const& instruction);

// The undefined encodings over which Unicorn 2.0's translator calls abort(), which ends the whole
// process: a far CALL or JMP to a register, and LOCK before CMP, CMPS or a bit test of a register.
// A hook comes too late for them. Who executes one instruction at a time must look here first; who
// lets the core translate whole blocks must survive the abort().
[[nodiscard]] bool aborts_translator(Instruction const& instruction);

} // namespace ringside
