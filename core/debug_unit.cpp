#include "core/debug_unit.hpp"

#include "core/x86/debug_registers.hpp"

namespace ringside::debug_unit {

namespace {

enum class Condition : u8 { Execute, Write, Port, ReadWrite }; // R/W as DR7 encodes it

struct Breakpoint {
    u64 address;
    Condition condition;
    u64 size;
    bool enabled;
};

Breakpoint breakpoint(Cpu const& cpu, unsigned slot) {
    static constexpr std::array<u64, 4> sizes{1, 2, 8, 4};
    u64 const control = cpu.dr[7];
    u64 const size = sizes.at((control >> (18U + 4 * slot)) & 3U);
    return {.address = cpu.dr.at(slot) & ~(size - 1),
            .condition = static_cast<Condition>((control >> (16U + 4 * slot)) & 3U),
            .size = size,
            .enabled = ((control >> (2 * slot)) & 3U) != 0};
}

template <class Meets>
u64 hits(Cpu const& cpu, Meets meets) {
    u64 met = 0;
    bool any_enabled = false;
    for (unsigned slot = 0; slot < 4; ++slot) {
        Breakpoint const each = breakpoint(cpu, slot);
        if (meets(each)) {
            met |= u64{1} << slot;
            any_enabled = any_enabled || each.enabled;
        }
    }
    return any_enabled ? met : 0;
}

bool overlap(Breakpoint const& breakpoint, u64 address, u64 size) {
    return address < breakpoint.address + breakpoint.size && breakpoint.address < address + size;
}

} // namespace

bool is_armed(Cpu const& cpu) {
    return (cpu.dr[7] & dr7::enables) != 0;
}

u64 at_instruction(Cpu const& cpu, LinearAddress address) {
    if ((cpu.rflags & rflags::RF) != 0) {
        return 0;
    }
    return hits(cpu, [&](Breakpoint const& each) {
        return each.condition == Condition::Execute && each.size == 1 &&
               each.address == address.value();
    });
}

u64 at_data(Cpu const& cpu, LinearAddress address, u32 size, bool writes) {
    return hits(cpu, [&](Breakpoint const& each) {
        return (each.condition == Condition::ReadWrite ||
                (each.condition == Condition::Write && writes)) &&
               overlap(each, address.value(), size);
    });
}

u64 at_port(Cpu const& cpu, u16 port, unsigned size) {
    if ((cpu.cr4 & cr4::DE) == 0) {
        return 0;
    }
    return hits(cpu, [&](Breakpoint const& each) {
        return each.condition == Condition::Port && overlap(each, port, size);
    });
}

} // namespace ringside::debug_unit
