#include "core/alignment.hpp"

#include "core/instructions/rules.hpp"

namespace ringside {

namespace {

// Table 7-7 of volume 3.
u64 alignment_of(u32 size) {
    switch (size) {
    case 2:
    case 4:
    case 8:
        return size;
    case 10: // an x87 number in extended precision
        return 8;
    case 6:   // a far pointer with a 32-bit offset
    case 28:  // the x87 environment in 32-bit format
    case 108: // the x87 state in 32-bit format
        return 4;
    case 14: // both in 16-bit format
    case 94:
        return 2;
    default:
        return 1;
    }
}

} // namespace

bool sse_is_enabled(Cpu const& cpu) {
    return (cpu.cr0 & (cr0::EM | cr0::TS)) == 0 && (cpu.cr4 & cr4::OSFXSR) != 0;
}

bool checks_alignment(Cpu const& cpu) {
    return (cpu.cr0 & cr0::AM) != 0 && (cpu.rflags & rflags::AC) != 0 && cpu.cpl() == Ring::R3;
}

std::optional<Fault> misaligned(Cpu const& cpu, LinearAddress at, u32 size) {
    if (!checks_alignment(cpu) || at.value() % alignment_of(size) == 0) {
        return std::nullopt;
    }
    return Fault{.vector = ExceptionVector::AC, .rule = &rules::alignment_checked};
}

std::optional<Fault> unaligned_16(Cpu const& cpu, LinearAddress at, u32 size) {
    if (at.value() % 16 == 0) {
        return std::nullopt;
    }
    constexpr u32 fx_state = 512;
    if (size == fx_state && checks_alignment(cpu)) { // as silicon has it; the SDM leaves it open
        return Fault{.vector = ExceptionVector::AC, .rule = &rules::alignment_checked};
    }
    return Fault{.vector = ExceptionVector::GP, .rule = &rules::operand_aligned};
}

} // namespace ringside
