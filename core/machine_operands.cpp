// What an instruction is asked before the engine touches any of its operands: segments, the target
// of a near branch, and pages where it might stop halfway.
#include "core/alignment.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/instructions/rules.hpp"
#include "core/machine.hpp"
#include "core/near_branches.hpp"
#include "core/operand_accesses.hpp"
#include "core/x86/control_registers.hpp"
#include "seg/descriptor_table.hpp"
#include "seg/rules.hpp"

namespace ringside {

using seg::SegmentName;

Fault Machine::beyond_code_fault() const {
    return {.vector = ExceptionVector::GP,
            .error_code = 0,
            .rule = is_64bit() ? &seg::rules::code_canonical : &seg::rules::code_limit};
}

namespace {

// An x87 or SSE instruction that the core refuses before it looks at memory.
bool is_refused_unread(Instruction const& instruction, Cpu const& cpu) {
    bool const is_two_byte = instruction.opcode_map == OpcodeMap::TwoByte;
    if (!instruction.memory.present || (is_two_byte && instruction.opcode == 0xc7)) { // CMPXCHG16B
        return false;
    }
    bool const is_x87 = instruction.opcode_map == OpcodeMap::OneByte;
    bool const is_state = is_two_byte && instruction.opcode == 0xae;
    bool const needs_sse = !is_x87 && !is_state && (cpu.cr4 & cr4::OSFXSR) == 0;
    return (cpu.cr0 & (cr0::TS | cr0::EM)) != 0 || needs_sse;
}

} // namespace

// LDMXCSR and FXRSTOR refuse reserved bits of MXCSR.
std::optional<Fault> Machine::check_mxcsr(Instruction const& instruction) {
    auto const place = loads_mxcsr(instruction);
    if (!place || !sse_is_enabled(cpu_)) {
        return std::nullopt;
    }
    u64 const offset =
        effective_address(instruction, cpu_.gpr, cpu_.rip + instruction.length) + *place;
    auto const name = static_cast<SegmentName>(instruction.memory.segment);
    seg::SegmentAccess const access =
        seg::access(cpu_.segments, cpu_.rflags, name, offset, 4, seg::SegmentAccessType::Read);
    if (!access.outcome) {
        return access.outcome.error();
    }
    auto const value = read(access.outcome.value(), 4,
                            cpu_.cpl() == Ring::R3 ? Privilege::User : Privilege::Supervisor);
    if (!value) {
        return value.error();
    }
    constexpr u64 defined = 0xffff; // MXCSR_MASK
    return (value.value() & ~defined) == 0 ? std::nullopt
                                           : std::optional{Fault{.vector = ExceptionVector::GP,
                                                                 .rule = &rules::mxcsr_reserved}};
}

bool Machine::is_64bit() const {
    return cpu_.segments.mode(cpu_.rflags) == seg::Mode::Long64;
}

// Where no check of a data access can fail, the segments need not be asked.
bool Machine::is_never_refused(Instruction const& instruction) const {
    auto const pages = free_pages(cpu_.segments, cpu_.rflags);
    return pages && is_whole(pages->data) && !overrides_segment(instruction);
}

// Limits and types of every operand, before the engine touches any. By the time that one is refused
// the processor has read those before it.
std::optional<Fault> Machine::check_operands(Instruction const& instruction) {
    bool const needs_16 = needs_alignment(instruction) && !is_refused_unread(instruction, cpu_);
    OperandAccesses const operands = operand_accesses(instruction, cpu_);
    for (OperandAccess const& operand : operands) {
        auto const fault = refusal_of(operand, needs_16);
        if (!fault) {
            continue;
        }
        if (elements_done_) { // they end their tick first: no page is walked in it any more
            return fault;
        }
        for (OperandAccess const* earlier = operands.begin(); earlier != &operand; ++earlier) {
            if (auto const page_fault = probe_operand(*earlier)) {
                return page_fault;
            }
        }
        tell_refusal(operand, *fault);
        return fault;
    }
    for (OperandAccess const& operand : enter_accesses(instruction, cpu_)) {
        if (auto const fault = refusal_of(operand, false)) {
            tell_refusal(operand, *fault);
            return fault;
        }
    }
    if (auto const fault = check_mxcsr(instruction)) {
        return fault;
    }
    if (!is_beyond_code(0xffffffff) && !is_64bit()) { // no limit is in any branch's way
        return std::nullopt;
    }
    auto const target = near_target(instruction, cpu_, *this);
    return target && is_beyond_code(*target) ? std::optional{beyond_code_fault()} : std::nullopt;
}

// Where no near branch may go: beyond CS's limit, in 64-bit code to an address that is not
// canonical.
bool Machine::is_beyond_code(u64 ip) const {
    return is_64bit() ? !seg::is_canonical(ip) : ip > cpu_.segments[SegmentName::CS].limit;
}

// By its segment, or for where it lies.
std::optional<Fault> Machine::refusal_of(OperandAccess const& operand, bool needs_16) const {
    seg::SegmentAccess const access = seg::access(cpu_.segments, cpu_.rflags, operand.segment,
                                                  operand.offset, operand.size, operand.type);
    if (access.outcome) {
        LinearAddress const at = access.outcome.value();
        return needs_16 && operand.size >= 16 ? unaligned_16(cpu_, at, operand.size)
                                              : misaligned(cpu_, at, operand.size);
    }
    return access.outcome.error();
}

// A segment's refusal is an event of its own.
void Machine::tell_refusal(OperandAccess const& operand, Fault const& fault) {
    bool const is_by_segment = !seg::access(cpu_.segments, cpu_.rflags, operand.segment,
                                            operand.offset, operand.size, operand.type)
                                    .outcome;
    if (!is_by_segment) {
        return;
    }
    tell(trace::SegFault{.reg = operand.segment,
                         .offset = operand.offset,
                         .size = operand.size,
                         .acc = operand.type == seg::SegmentAccessType::Write ? 'w' : 'r',
                         .rule = fault.rule,
                         .vec = static_cast<u8>(fault.vector),
                         .err = fault.error_code});
}

// Of an instruction that is several accesses of the core: are all its pages there? Only then may it
// make the first.
std::optional<Fault> Machine::probe_operands(Instruction const& instruction) {
    if (!can_stop_halfway(instruction) || is_refused_unread(instruction, cpu_)) {
        return std::nullopt;
    }
    for (OperandAccess const& operand : operand_accesses(instruction, cpu_)) {
        if (auto const fault = probe_operand(operand)) {
            return fault;
        }
    }
    for (OperandAccess const& operand : enter_accesses(instruction, cpu_)) {
        if (auto const fault = probe_operand(operand)) {
            return fault;
        }
    }
    return std::nullopt;
}

std::optional<Fault> Machine::probe_operand(OperandAccess const& operand) {
    seg::SegmentAccess const access = seg::access(cpu_.segments, cpu_.rflags, operand.segment,
                                                  operand.offset, operand.size, operand.type);
    if (!access.outcome) { // not canonical: the core says so
        return std::nullopt;
    }
    auto const pieces = translate_operand(operand, access.outcome.value());
    return pieces ? std::nullopt : std::optional{pieces.error()};
}

// Where its segment puts it is known; page by page, until one faults.
Result<std::vector<Machine::OperandPiece>, Fault>
Machine::translate_operand(OperandAccess const& operand, LinearAddress start) {
    bool const writes = operand.type == seg::SegmentAccessType::Write;
    std::vector<OperandPiece> pieces;
    for (u32 done = 0; done < operand.size; done += pieces.back().size) {
        LinearAddress const at{(start.value() + done) & linear_mask()};
        auto const physical =
            translate({.address = at,
                       .type = writes ? mmu::AccessType::Write : mmu::AccessType::Read,
                       .user = cpu_.cpl() == Ring::R3,
                       .implicit = false});
        if (!physical) {
            return physical.error();
        }
        u64 const in_page = page_size_4k - at.page_offset();
        pieces.push_back({.address = physical.value(),
                          .size = static_cast<u32>(std::min<u64>(operand.size - done, in_page))});
    }
    return pieces;
}

} // namespace ringside
