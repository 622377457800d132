#pragma once
// Exception vectors (SDM volume 3, section 7.3, table 7-1).
#include "core/x86/integers.hpp"

#include <string_view>

namespace ringside {

enum class ExceptionVector : u8 {
    DE = 0,  // divide error
    DB = 1,  // debug
    NMI = 2, // non-maskable interrupt
    BP = 3,  // breakpoint, INT3
    OF = 4,  // overflow, INTO
    BR = 5,  // BOUND range exceeded
    UD = 6,  // invalid opcode
    NM = 7,  // device not available
    DF = 8,  // double fault
    TS = 10, // invalid TSS
    NP = 11, // segment not present
    SS = 12, // stack-segment fault
    GP = 13, // general protection
    PF = 14, // page fault
    MF = 16, // x87 floating-point error
    AC = 17, // alignment check
    MC = 18, // machine check
    XM = 19, // SIMD floating-point exception
};

// Does delivery of this exception push an error code?
[[nodiscard]] constexpr bool has_error_code(ExceptionVector vector) {
    using enum ExceptionVector;
    return vector == DF || (vector >= TS && vector <= PF) || vector == AC;
}

// "#PF"; "?" for a vector the architecture reserves.
[[nodiscard]] constexpr std::string_view mnemonic(ExceptionVector vector) {
    switch (vector) {
        using enum ExceptionVector;
    case DE:
        return "#DE";
    case DB:
        return "#DB";
    case NMI:
        return "NMI";
    case BP:
        return "#BP";
    case OF:
        return "#OF";
    case BR:
        return "#BR";
    case UD:
        return "#UD";
    case NM:
        return "#NM";
    case DF:
        return "#DF";
    case TS:
        return "#TS";
    case NP:
        return "#NP";
    case SS:
        return "#SS";
    case GP:
        return "#GP";
    case PF:
        return "#PF";
    case MF:
        return "#MF";
    case AC:
        return "#AC";
    case MC:
        return "#MC";
    case XM:
        return "#XM";
    }
    return "?";
}

static_assert(has_error_code(ExceptionVector::PF) && !has_error_code(ExceptionVector::UD));

} // namespace ringside
