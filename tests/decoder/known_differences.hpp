#pragma once
// Where Capstone 4 and the decoder disagree about what is an instruction and how long it is, each
// with the manual's word for ours. A row that no case needs any more fails the test.
#include "core/decoder/decode.hpp"

#include <array>

namespace ringside::test {

enum class Disagreement : u8 {
    Length,      // both know the instruction, with different lengths
    OnlyWitness, // Capstone knows an instruction where the decoder says #UD
    OnlyOurs,    // the decoder knows an instruction where Capstone finds none
};

struct KnownDifference {
    char const* reason;
    Disagreement kind;
    bool (*applies)(Instruction const&);
};

namespace known {

inline bool one(Instruction const& i, u8 first, u8 last) {
    return i.opcode_map == OpcodeMap::OneByte && i.opcode >= first && i.opcode <= last;
}
inline bool two(Instruction const& i, u8 first, u8 last) {
    return i.opcode_map == OpcodeMap::TwoByte && i.opcode >= first && i.opcode <= last;
}
inline u8 extension(Instruction const& i) {
    return (i.modrm >> 3U) & 7U;
}
inline bool three(Instruction const& i) {
    return i.opcode_map == OpcodeMap::ThreeByte38 || i.opcode_map == OpcodeMap::ThreeByte3A;
}

// 0F opcodes of which some mandatory prefix selects nothing.
inline bool sse_with_empty_columns(Instruction const& i) {
    return two(i, 0x10, 0x17) || two(i, 0x28, 0x2f) || two(i, 0x50, 0x7f) || two(i, 0xc2, 0xc6) ||
           two(i, 0xd0, 0xfe);
}

} // namespace known

inline constexpr std::array<KnownDifference, 20> known_differences{{
    {"near branches with 66 in 64-bit code keep a 32-bit displacement (SDM volume 2, appendix "
     "A.2.5, "
     "superscript f64)",
     Disagreement::Length,
     [](Instruction const& i) {
         return i.code_size == CodeSize::Bits64 &&
                (known::one(i, 0xe8, 0xe9) || known::two(i, 0x80, 0x8f));
     }},
    {"RET imm16 has a 16-bit immediate whatever 66 and REX.W say (SDM volume 2, RET)",
     Disagreement::Length, [](Instruction const& i) { return known::one(i, 0xc2, 0xc2); }},
    {"F2 (BND) and F3 do not undo the operand size that 66 gave CALL and PUSH imm (SDM volume 2, "
     "2.1.1)",
     Disagreement::Length,
     [](Instruction const& i) {
         return (i.rep || i.repne) && (known::one(i, 0xe8, 0xe8) || known::one(i, 0x68, 0x68));
     }},

    {"LOCK is #UD but for the listed read-modify-write instructions on memory (SDM volume 2, LOCK)",
     Disagreement::OnlyWitness, [](Instruction const& i) { return i.lock; }},
    {"AVX, AVX-512 and XOP are extensions the machine has not: #UD (DESIGN: baseline processors)",
     Disagreement::OnlyWitness,
     [](Instruction const& i) { return i.opcode_map == OpcodeMap::Vector; }},
    {"MOV to CS, and from or to segment registers 6 and 7, are #UD (SDM volume 2, MOV)",
     Disagreement::OnlyWitness,
     [](Instruction const& i) { return known::one(i, 0x8c, 0x8c) || known::one(i, 0x8e, 0x8e); }},
    {"CR1, CR5..CR7, CR9..CR15 and DR8..DR15 do not exist: #UD (SDM volume 2, MOV CR, MOV DR)",
     Disagreement::OnlyWitness, [](Instruction const& i) { return known::two(i, 0x20, 0x23); }},
    {"TSX (XBEGIN, XABORT) is an extension the machine has not", Disagreement::OnlyWitness,
     [](Instruction const& i) { return known::one(i, 0xc6, 0xc7) && i.modrm == 0xf8; }},
    {"VMX, SVM, SGX, TSX and the supervisor's XSAVE are extensions the machine has not",
     Disagreement::OnlyWitness,
     [](Instruction const& i) {
         return (known::two(i, 0x01, 0x01) && i.rm_is_register) || known::two(i, 0x78, 0x79) ||
                (known::two(i, 0xc7, 0xc7) && !i.rm_is_register && known::extension(i) != 1) ||
                (i.opcode_map == OpcodeMap::ThreeByte38 && i.opcode >= 0x80 && i.opcode <= 0x81);
     }},
    {"3DNow! (0E, 0F), GETSEC (37), VIA PadLock (A6, A7) and RSM outside SMM (AA) are #UD here",
     Disagreement::OnlyWitness,
     [](Instruction const& i) {
         return known::two(i, 0x0e, 0x0f) || known::two(i, 0x37, 0x37) ||
                known::two(i, 0xa6, 0xa7) || known::two(i, 0xaa, 0xaa);
     }},
    {"UD0, UD1 and UD2 are there to be undefined (SDM volume 2, UD); UD0 and UD1 have a ModRM byte",
     Disagreement::OnlyWitness,
     [](Instruction const& i) {
         return known::two(i, 0x0b, 0x0b) || known::two(i, 0xb9, 0xb9) || known::two(i, 0xff, 0xff);
     }},
    {"SSE opcodes that need 66, F3 or F2 are #UD without (SDM volume 2, table A-3); Capstone takes "
     "67 "
     "and REX for one",
     Disagreement::OnlyWitness,
     [](Instruction const& i) {
         return known::sse_with_empty_columns(i) && i.address_size == 4 && i.has_rex && !i.rep &&
                !i.repne;
     }},

    {"REX.R does not extend the segment register of MOV (SDM volume 2, 2.2.1.2)",
     Disagreement::OnlyOurs,
     [](Instruction const& i) {
         return i.operation == Operation::MovToSreg || i.operation == Operation::MovFromSreg;
     }},
    {"F2 and F3 are ignored before MOV with a memory offset (SDM volume 2, 2.1.1)",
     Disagreement::OnlyOurs,
     [](Instruction const& i) { return known::one(i, 0xa0, 0xa3) && (i.rep || i.repne); }},
    {"reserved x87 encodings (SDM volume 2, tables A-7 to A-22): #UD or an old alias, by the core; "
     "all two bytes",
     Disagreement::OnlyOurs,
     [](Instruction const& i) { return known::one(i, 0xd8, 0xdf) && i.rm_is_register; }},
    {"0F 0D and 0F 18..1F are prefetches and reserved NOPs with any ModRM (SDM volume 2, table "
     "A-3, "
     "NOP)",
     Disagreement::OnlyOurs,
     [](Instruction const& i) { return known::two(i, 0x0d, 0x0d) || known::two(i, 0x18, 0x1f); }},
    {"fences ignore ModRM.rm (SDM volume 2, LFENCE: 0F AE E8..EF)", Disagreement::OnlyOurs,
     [](Instruction const& i) { return known::two(i, 0xae, 0xae) && i.rm_is_register; }},
    {"POPCNT's F3 counts among other prefixes too (SDM volume 2, 2.1.1)", Disagreement::OnlyOurs,
     [](Instruction const& i) { return known::two(i, 0xb8, 0xb8) && i.rep; }},
    {"an SSE opcode with a mandatory prefix that selects nothing passes: the core raises #UD for "
     "it",
     Disagreement::OnlyOurs,
     [](Instruction const& i) { return known::sse_with_empty_columns(i) && !i.lock; }},
    {"the same in the three-byte maps", Disagreement::OnlyOurs,
     [](Instruction const& i) { return known::three(i) && !i.lock; }},
}};

} // namespace ringside::test
