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
        return Containment::Leaks;
    case Sysenter: // #UD in the core's 64-bit code, a silent no-op elsewhere
        return instruction.code_size == CodeSize::Bits64 ? Containment::Traps : Containment::Leaks;
    case Int:
    case Int3:
    case Into: // with OF clear it does nothing, which is right
        return Containment::Interrupts;
    case TooLong:
    case FarJump:
    case FarCall:
    case FarReturn:
    case Iret:
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
