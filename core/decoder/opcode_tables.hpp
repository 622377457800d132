#pragma once
// The opcode maps of SDM volume 2, appendix A, as tables: what follows an opcode and what it does
// to memory. Private to this room; decode.cpp reads them.
#include "core/decoder/instruction.hpp"

#include <array>

namespace ringside::opcode {

// What follows the ModRM operand. Z is 2 or 4 bytes, V is 2, 4 or 8.
enum class Immediate : u8 {
    None,
    Byte,
    SignedByte,
    Word,
    Z,
    V,
    WordByte,     // ENTER
    FarPointer,   // offset of Z bytes, selector
    MemoryOffset, // MOV AL/eAX, moffs: as long as an address
    RelativeByte,
    RelativeZ,
};

// Bytes of the explicit memory operand. The SSE rows depend on the mandatory prefix: see
// memory_size().
enum class Width : u8 {
    None,
    Byte,
    Word,
    Dword,
    Qword,
    TenBytes,
    Oword,
    V,             // operand size
    Y,             // 4, or 8 with REX.W
    PairOfV,       // BOUND
    PairOfY,       // CMPXCHG8B, CMPXCHG16B
    FarPointer,    // selector and offset
    TableRegister, // 2 + 4, in 64-bit code 2 + 8
    Environment,   // FLDENV, FNSTENV
    FpuState,      // FRSTOR, FNSAVE
    FxState,       // FXSAVE, FXRSTOR
    // Sizes by prefix, none / 66 / F3 / F2:
    Scalar,      // 16 16  4  8
    Mmx,         //  8 16 16 16
    MmxLow,      //  4 16 16 16
    Convert,     //  8 16  4  8
    Compare,     //  4  8  4  8
    Half,        //  8  8 16  8
    Narrowing,   // 16 16  8 16
    FromInteger, //  8  8  Y  Y
    ToInteger,   //  Y  Y  8  Y
};

enum class Access : u8 { None, Read, Write, ReadWrite };

enum class Group : u8 {
    None,
    Arithmetic8,    // 80 82
    ArithmeticZ,    // 81
    ArithmeticSign, // 83
    Pop,            // 8F
    Shift8,
    Shift,
    Mov8, // C6
    Mov,  // C7
    Unary8,
    Unary,           // F6 F7
    IncDec,          // FE
    Indirect,        // FF
    LocalTables,     // 0F 00
    SystemTables,    // 0F 01, memory forms
    BitImmediate,    // 0F BA
    CompareExchange, // 0F C7
    ShiftWords,      // 0F 71 and 0F 72
    ShiftQwords,     // 0F 73
    Fences,          // 0F AE
    Count,
};

namespace trait {
inline constexpr u16 ModRM = 1U << 0U;
inline constexpr u16 Lockable = 1U << 1U;       // LOCK is allowed when the operand is memory
inline constexpr u16 Not64 = 1U << 2U;          // #UD in 64-bit code
inline constexpr u16 Default64 = 1U << 3U;      // 64-bit code: operand size 8, or 2 with 66
inline constexpr u16 Force64 = 1U << 4U;        // 64-bit code: operand size 8, 66 ignored
inline constexpr u16 MemoryOnly = 1U << 5U;     // a register operand is #UD
inline constexpr u16 RegisterOnly = 1U << 6U;   // a memory operand is #UD
inline constexpr u16 AlwaysRegister = 1U << 7U; // MOV CR/DR: the mod field is ignored
inline constexpr u16 Pushes = 1U << 8U;
inline constexpr u16 Pops = 1U << 9U;
inline constexpr u16 ByteOperand = 1U << 10U; // operand size 1
inline constexpr u16 StringSource = 1U << 11U;
inline constexpr u16 StringReadsDestination = 1U << 12U;
inline constexpr u16 StringWritesDestination = 1U << 13U;
inline constexpr u16 BitOffset = 1U << 14U;
inline constexpr u16 Prefixed = 1U << 15U; // without 66, F3 or F2 #UD
} // namespace trait

struct Form {
    Operation operation = Operation::Undefined;
    Flow flow = Flow::Sequential;
    Immediate immediate = Immediate::None;
    Width width = Width::None;
    Access access = Access::None;
    Group group = Group::None;
    u16 traits = 0;

    [[nodiscard]] constexpr bool has(u16 which) const { return (traits & which) != 0; }
};

using Map = std::array<Form, 256>;
using GroupForms = std::array<Form, 8>; // by ModRM.reg

extern Map const one_byte;     // opcode
extern Map const two_byte;     // 0F opcode
extern Map const three_byte38; // 0F 38 opcode
extern Map const three_byte3a; // 0F 3A opcode

// The member of a group that ModRM selects, and the x87 instruction of D8..DF.
[[nodiscard]] Form const& member(Group group, u8 modrm);
[[nodiscard]] Form const& x87(u8 opcode, u8 modrm);
// 0F 01 with a register operand: 24 single instructions chosen by the whole ModRM byte.
[[nodiscard]] Form system_register_form(u8 modrm);

} // namespace ringside::opcode
