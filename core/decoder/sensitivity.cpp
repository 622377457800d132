#include "core/decoder/sensitivity.hpp"

namespace ringside {

// NOLINTNEXTLINE(readability-function-size): one row for each operation, and nothing else
Containment containment(Instruction const& instruction) {
    switch (instruction.operation) {
        using enum Operation;
    case Innocent:
    case Truncated:
    case MovFromSreg: // the core holds the guest's own selectors
    case PushSreg:
        return Containment::Harmless;
    // The core executes some undefined encodings (LOCK MOV, POP with reg != 0), so the model
    // refuses them all.
    case Undefined:
    // A null selector loads without a look at the (empty) tables.
    case MovToSreg:
    case PopSreg:
    case LoadFarPointer:
    case Smsw:
    case Sgdt:
    case Sidt:
    case Sldt:
    case Str:
    case Lar:
    case Lsl:
    case Verr:
    case Verw:
    case Arpl:
    case Pushf:
    case Popf:
    case In: // neither IOPL nor the I/O permission bitmap is looked at
    case Out:
    case Ins:
    case Outs:
    case Rdtsc:
    case Rdtscp:
    case Cpuid:
    case Syscall:
    // It traps, but reads its stack before: with NT set the processor does not touch it.
    case Iret:
        return Containment::Leaks;
    case FarReturn: // the core's 64-bit code pops it by a stack pointer cut to 16 or 32 bits
        return instruction.code_size == CodeSize::Bits64 ? Containment::Leaks : Containment::Traps;
    case Sysenter: // #UD in the core's 64-bit code, a silent no-op elsewhere
        return instruction.code_size == CodeSize::Bits64 ? Containment::Traps : Containment::Leaks;
    case Int:
    case Int3:
    case Into: // with OF clear it does nothing, which is right
        return Containment::Interrupts;
    case TestImmediate: // #UD in the core
    case HintOfRegister:
    case TooLong:
    case FarJump:
    case FarCall:
    case MovFromCr:
    case MovToCr:
    case MovFromDr:
    case MovToDr:
    case Clts:
    case Lmsw:
    case Lgdt:
    case Lidt:
    case Lldt:
    case Ltr:
    case Invlpg:
    case Invpcid:
    case Invd:
    case Wbinvd:
    case Hlt:
    case Cli:
    case Sti:
    case Int1:
    case Stac:
    case Clac:
    case Monitor:
    case Mwait:
    case Rdmsr:
    case Wrmsr:
    case Rdpmc:
    case Xgetbv:
    case Xsetbv:
    case Rdrand:
    case Rdseed:
    case Rdpid:
    case Rdfsbase:
    case Rdgsbase:
    case Wrfsbase:
    case Wrgsbase:
    case Sysret:
    case Sysexit:
    case Swapgs:
        return Containment::Traps;
    }
    return Containment::Leaks;
}

namespace {

// MOVUPS, MOVUPD; MOVDQU, LDDQU; and what never gets as far as its operand.
bool asks_no_alignment(Instruction const& instruction) {
    u8 const opcode = instruction.opcode;
    if (instruction.opcode_map == OpcodeMap::ThreeByte3A) { // PCMPESTRM to PCMPISTRI; SHA
        return (opcode >= 0x60 && opcode <= 0x63) || opcode == 0xcc;
    }
    if (instruction.opcode_map == OpcodeMap::ThreeByte38) { // SHA is not offered: #UD
        return instruction.operation == Operation::Invpcid || (opcode >= 0xc8 && opcode <= 0xcd);
    }
    switch (opcode) {
    case 0x10:
    case 0x11:
    case 0xf0:
    case 0xf7: // MASKMOVDQU
        return true;
    case 0x6f:
    case 0x7f:
        return instruction.rep;
    default:
        return false;
    }
}

} // namespace

bool needs_alignment(Instruction const& instruction) {
    MemoryOperand const& memory = instruction.memory;
    bool const in_maps = instruction.opcode_map == OpcodeMap::TwoByte ||
                         instruction.opcode_map == OpcodeMap::ThreeByte38 ||
                         instruction.opcode_map == OpcodeMap::ThreeByte3A;
    return in_maps && memory.present && (memory.read || memory.write) && memory.size >= 16 &&
           is_complete(instruction) && !asks_no_alignment(instruction);
}

std::optional<u32> loads_mxcsr(Instruction const& instruction) {
    bool const is_row = instruction.operation == Operation::Innocent &&
                        instruction.opcode_map == OpcodeMap::TwoByte &&
                        instruction.opcode == 0xae && instruction.memory.present;
    switch (is_row ? (u32{instruction.modrm} >> 3U) & 7U : 0U) {
    case 1:
        return 24; // FXRSTOR
    case 2:
        return 0; // LDMXCSR
    default:
        return std::nullopt;
    }
}

bool aborts_translator(Instruction const& instruction) {
    u8 const opcode = instruction.opcode;
    u8 const extension = (instruction.modrm >> 3U) & 7U;
    bool const in_register = instruction.has_modrm && instruction.rm_is_register;
    switch (instruction.opcode_map) {
    case OpcodeMap::OneByte:
        if (opcode == 0xff) {
            return in_register && (extension == 3 || extension == 5);
        }
        if (!instruction.lock) {
            return false;
        }
        if (opcode == 0x38 || opcode == 0x39) {
            return !in_register;
        }
        if (opcode >= 0x80 && opcode <= 0x83) {
            bool const invalid = opcode == 0x82 && instruction.code_size == CodeSize::Bits64;
            return !invalid && !in_register && extension == 7;
        }
        return opcode == 0xa6 || opcode == 0xa7;
    case OpcodeMap::TwoByte:
        if (!instruction.lock || !in_register) {
            return false;
        }
        return opcode == 0xa3 || opcode == 0xab || opcode == 0xb3 || opcode == 0xbb ||
               (opcode == 0xba && extension >= 4);
    default:
        return false;
    }
}

} // namespace ringside
