// IN, OUT, INS, OUTS (SDM volume 1, chapter 19). A repeated one moves one element at a time.
#include "core/decoder/effective_address.hpp"
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"
#include "seg/task_state_segment.hpp"

namespace ringside {

namespace {

constexpr u32 io_map_base_offset = 0x66; // in a 32- or 64-bit TSS

// The I/O permission bitmap: one bit a port, 0 allows; past the TSS's limit nothing is allowed.
Result<bool, Fault> bitmap_allows(Execution& execution, u16 port, unsigned size) {
    seg::SegmentRegister const& tr = execution.before.segments.tr;
    if (!tr.usable || tr.limit < io_map_base_offset + 1) {
        return false;
    }
    auto const base = execution.memory().read(LinearAddress{tr.base + io_map_base_offset}, 2,
                                              Privilege::ImplicitSupervisor);
    if (!base) {
        return base.error();
    }
    u64 const first = base.value() + port / 8U;
    if (first + 1 > tr.limit) {
        return false;
    }
    auto const bits =
        execution.memory().read(LinearAddress{tr.base + first}, 2, Privilege::ImplicitSupervisor);
    if (!bits) {
        return bits.error();
    }
    u64 const mask = ((u64{1} << size) - 1) << (port % 8U);
    return (bits.value() & mask) == 0;
}

std::optional<Fault> not_allowed(Execution& execution, u16 port, unsigned size) {
    seg::Mode const mode = execution.mode();
    bool const by_iopl =
        mode == seg::Mode::Real || (mode != seg::Mode::Virtual8086 &&
                                    execution.cpl() <= rflags::iopl(execution.before.rflags));
    if (by_iopl) {
        return std::nullopt;
    }
    auto const allowed = bitmap_allows(execution, port, size);
    if (!allowed) {
        return allowed.error();
    }
    if (!allowed.value()) {
        return general_protection(rules::io_privilege);
    }
    return std::nullopt;
}

// Moves rSI or rDI past one element, and counts rCX down when the instruction repeats.
void advance(Execution& execution, Gpr pointer) {
    Instruction const& instruction = execution.instruction;
    auto const number = static_cast<unsigned>(pointer);
    bool const down = (execution.before.rflags & rflags::DF) != 0;
    u64 const step = down ? ~u64{0} * instruction.operand_size : instruction.operand_size;
    unsigned const size = instruction.address_size;
    execution.set_gpr(number, size, execution.gpr(number, size) + step);
}

Progress count_down(Execution& execution) {
    if (!repeats(execution.instruction)) {
        return Progress::Retired;
    }
    auto const number = static_cast<unsigned>(Gpr::RCX);
    unsigned const size = execution.instruction.address_size;
    u64 const left = execution.gpr(number, size) - 1;
    execution.set_gpr(number, size, left);
    if (execution.gpr(number, size) == 0) {
        return Progress::Retired;
    }
    execution.cpu.rip = execution.before.rip;
    return Progress::Repeats;
}

Outcome in_string(Execution& execution, u16 port, unsigned size) {
    u64 const offset = string_destination(execution.instruction, execution.before.gpr);
    // The destination is checked before the port is read: a read may have effects.
    auto const address =
        seg::access(execution.before.segments, execution.before.rflags, seg::SegmentName::ES,
                    offset, size, seg::SegmentAccessType::Write);
    if (!address.outcome) {
        return address.outcome.error();
    }
    auto const probed =
        execution.memory().probe_write(address.outcome.value(), size, execution.privilege());
    if (!probed) {
        return probed.error();
    }
    u32 const value = execution.environment.read_port(port, size);
    execution.memory().write(address.outcome.value(), size, value, execution.privilege());
    advance(execution, Gpr::RDI);
    return count_down(execution);
}

Outcome out_string(Execution& execution, u16 port, unsigned size) {
    u64 const offset = string_source(execution.instruction, execution.before.gpr);
    auto const value = execution.read(execution.memory_segment(), offset, size);
    if (!value) {
        return value.error();
    }
    execution.environment.write_port(port, size, static_cast<u32>(value.value()), execution.before);
    advance(execution, Gpr::RSI);
    return count_down(execution);
}

} // namespace

Outcome execute_port_instruction(Execution& execution) {
    Instruction const& instruction = execution.instruction;
    unsigned const size = instruction.operand_size == 8 ? 4 : instruction.operand_size;
    bool const in_dx = instruction.port_in_dx || instruction.is_string;
    u16 const port = in_dx ? static_cast<u16>(execution.before[Gpr::RDX])
                           : static_cast<u16>(instruction.immediate & 0xff);
    bool const nothing_to_do =
        repeats(instruction) &&
        execution.gpr(static_cast<unsigned>(Gpr::RCX), instruction.address_size) == 0;
    if (nothing_to_do) {
        return Progress::Retired;
    }
    if (auto const fault = not_allowed(execution, port, size)) {
        return *fault;
    }
    switch (instruction.operation) {
    case Operation::In:
        execution.set_gpr(static_cast<unsigned>(Gpr::RAX), size,
                          execution.environment.read_port(port, size));
        return Progress::Retired;
    case Operation::Out:
        execution.environment.write_port(
            port, size, static_cast<u32>(execution.gpr(static_cast<unsigned>(Gpr::RAX), size)),
            execution.before);
        return Progress::Retired;
    case Operation::Ins:
        return in_string(execution, port, size);
    default:
        return out_string(execution, port, size);
    }
}

} // namespace ringside
