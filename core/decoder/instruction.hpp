#pragma once
// One decoded instruction: how long it is, what memory it names, and whether the model has to
// execute it. Decoding is pure: bytes and code size in, this value out. It knows no mode, no
// privilege and no register values.
#include "core/x86/integers.hpp"

namespace ringside {

// The D and L bits of the code segment (SDM volume 3, section 3.4.5). Real and virtual-8086 mode
// are Bits16.
enum class CodeSize : u8 { Bits16, Bits32, Bits64 };

// Everything the engine must tell apart. All that the processor core executes alone is `Innocent`.
enum class Operation : u8 {
    Innocent,
    Truncated, // the bytes end before the instruction does: `length` is the least number that could
               // be enough
    TooLong,   // more than 15 bytes: #GP(0) (SDM volume 3, section 7.15, interrupt 13)
    Undefined, // #UD, including LOCK where the manual does not allow it
    // Segment registers and far transfers.
    MovFromSreg,
    PushSreg,
    MovToSreg,
    PopSreg,
    LoadFarPointer, // LES LDS LSS LFS LGS: the segment register is `sreg`
    FarJump,
    FarCall,
    FarReturn,
    Iret,
    // System registers and tables.
    MovFromCr,
    MovToCr,
    MovFromDr,
    MovToDr,
    Clts,
    Lmsw,
    Smsw,
    Lgdt,
    Lidt,
    Sgdt,
    Sidt,
    Lldt,
    Ltr,
    Sldt,
    Str,
    Lar,
    Lsl,
    Verr,
    Verw,
    Arpl,
    // Caches and translations.
    Invlpg,
    Invpcid,
    Invd,
    Wbinvd,
    // Flags, interrupts and halting.
    Hlt,
    Cli,
    Sti,
    Pushf,
    Popf,
    Int,  // INT imm8: the vector is `immediate`
    Int3, // CC
    Int1, // F1
    Into,
    Stac,
    Clac,
    Monitor,
    Mwait,
    // Input and output. An immediate port is `immediate`; otherwise `port_in_dx` is set.
    In,
    Out,
    Ins,
    Outs,
    // What the processor executes and the core does not know: TEST in its second encoding (F6 /1,
    // F7 /1), prefetches and hints of a register (0F 0D; 0F 18 /0../3).
    TestImmediate,
    HintOfRegister,
    // Model-specific registers, counters, identification.
    Rdmsr,
    Wrmsr,
    Rdtsc,
    Rdtscp,
    Rdpmc,
    Cpuid,
    Xgetbv,
    Xsetbv,
    Rdrand,
    Rdseed,
    Rdpid,
    Rdfsbase,
    Rdgsbase,
    Wrfsbase,
    Wrgsbase,
    // Fast system calls.
    Syscall,
    Sysret,
    Sysenter,
    Sysexit,
    Swapgs,
};

// Where control goes, for stepping over and for the end of a block.
enum class Flow : u8 { Sequential, Conditional, Jump, Call, Return, Interrupt };

// The manual's encoding of the segment registers, without a dependency on the segmentation room.
namespace sreg {
inline constexpr u8 ES = 0;
inline constexpr u8 CS = 1;
inline constexpr u8 SS = 2;
inline constexpr u8 DS = 3;
inline constexpr u8 FS = 4;
inline constexpr u8 GS = 5;
} // namespace sreg

// The explicit memory operand. Implicit ones are elsewhere: the stack (`reads_stack`,
// `writes_stack`) and the string instructions (`string_reads_source`, `string_has_destination`,
// addresses in effective_address.hpp).
struct MemoryOperand {
    static constexpr std::int8_t no_register = -1;

    bool present = false;
    bool rip_relative = false;
    bool adds_al = false;         // XLAT: rBX + AL
    bool adds_bit_offset = false; // BT BTS BTR BTC m, r: the bit number reaches outside the operand
    bool read = false; // LEA, NOP, INVLPG, PREFETCH name memory but neither read nor write it
    bool write = false;
    u8 segment = sreg::DS;           // after overrides; 64-bit code ignores all but FS and GS
    std::int8_t base = no_register;  // 0..15 = rAX..r15
    std::int8_t index = no_register; // 0..15
    u8 scale = 1;                    // 1, 2, 4, 8
    u32 size = 0; // bytes moved; 0 where nothing is, or where CPUID decides (XSAVE)
    i64 displacement = 0;

    friend bool operator==(MemoryOperand const&, MemoryOperand const&) = default;
};

// opcode_map: which of the manual's opcode tables `opcode` indexes.
enum class OpcodeMap : u8 {
    OneByte,
    TwoByte,
    ThreeByte38,
    ThreeByte3A,
    Vector /* VEX, EVEX, XOP */
};

struct Instruction {
    u8 length = 0;
    CodeSize code_size = CodeSize::Bits32;
    Operation operation = Operation::Undefined;
    Flow flow = Flow::Sequential;

    OpcodeMap opcode_map = OpcodeMap::OneByte;
    u8 opcode = 0;
    bool has_modrm = false;
    u8 modrm = 0;
    u8 reg = 0; // ModRM.reg with REX.R; in one-byte opcodes without ModRM, the register in the
                // opcode with REX.B
    u8 rm = 0;  // ModRM.rm with REX.B; a register number only when `rm_is_register`
    bool rm_is_register = false;

    u8 operand_size = 4; // 2, 4, 8; 1 for the byte forms of IN, OUT, MOV...
    u8 address_size = 4; // 2, 4, 8
    u8 sreg = 0;         // MovToSreg, MovFromSreg, PushSreg, PopSreg, LoadFarPointer
    bool rep = false;    // F3, whatever it means here; of F2 and F3 the last one counts
    bool repne = false;  // F2
    bool lock = false;
    bool has_rex = false;
    bool port_in_dx = false;
    bool reads_stack = false;
    bool writes_stack = false;

    bool is_string = false;                // MOVS CMPS STOS LODS SCAS INS OUTS: REP makes it a loop
    bool string_reads_source = false;      // segment:[rSI], segment in `memory.segment`
    bool string_reads_destination = false; // ES:[rDI], CMPS and SCAS
    bool string_writes_destination = false; // ES:[rDI], MOVS STOS INS

    bool relative = false;      // a near branch to next IP + immediate
    u16 immediate_selector = 0; // JMP/CALL ptr16:16/32: the selector; the offset is `immediate`
    u8 second_immediate = 0;    // ENTER: the nesting level
    u64 immediate = 0;          // sign-extended to 64 bits where the manual sign-extends
    MemoryOperand memory{};

    friend bool operator==(Instruction const&, Instruction const&) = default;
};

// A REP prefix on a string instruction: executes zero to rCX times, interruptible between elements.
[[nodiscard]] constexpr bool repeats(Instruction const& instruction) {
    return instruction.is_string && (instruction.rep || instruction.repne);
}

[[nodiscard]] constexpr bool is_branch(Instruction const& instruction) {
    return instruction.flow != Flow::Sequential;
}

// Did the decoder reach the end of a defined instruction?
[[nodiscard]] constexpr bool is_complete(Instruction const& instruction) {
    return instruction.operation != Operation::Truncated &&
           instruction.operation != Operation::TooLong &&
           instruction.operation != Operation::Undefined;
}

} // namespace ringside
