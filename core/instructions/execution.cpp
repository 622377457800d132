#include "core/instructions/execution.hpp"

#include "core/alignment.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/instructions/rules.hpp"

namespace ringside {

namespace {

u64 truncated(u64 value, unsigned size) {
    return size == 8 ? value : value & ((u64{1} << (8U * size)) - 1);
}

} // namespace

Execution::Execution(Instruction const& of, Cpu const& from, Environment& in)
    : instruction{of}
    , before{from}
    , cpu{from}
    , environment{in} {
    u64 const next = from.rip + of.length;
    cpu.rip = of.code_size == CodeSize::Bits64 ? next : next & 0xffffffff;
    cpu.interrupt_shadow = cpu.debug_shadow = false;
}

u64 Execution::gpr(unsigned number, unsigned size) const {
    return truncated(cpu.gpr[number], size);
}

u64 Execution::byte_register(unsigned number) const {
    bool const is_high = number >= 4 && !instruction.has_rex;
    return is_high ? cpu.gpr[number - 4] >> 8U & 0xffU : cpu.gpr[number] & 0xffU;
}

void Execution::set_gpr(unsigned number, unsigned size, u64 value) {
    u64& whole = cpu.gpr[number];
    if (size >= 4) {
        whole = truncated(value, size);
    } else {
        u64 const mask = (u64{1} << (8U * size)) - 1;
        whole = (whole & ~mask) | (value & mask);
    }
}

u64 Execution::memory_offset() const {
    return effective_address(instruction, before.gpr, cpu.rip);
}

Result<LinearAddress, Fault> Execution::linear(seg::SegmentName segment, u64 offset, unsigned size,
                                               seg::SegmentAccessType type) {
    seg::SegmentAccess const access =
        seg::access(before.segments, before.rflags, segment, offset, size, type);
    if (!access.outcome) {
        Fault const& fault = access.outcome.error();
        environment.tell(trace::SegFault{.reg = segment,
                                         .offset = offset,
                                         .size = size,
                                         .acc = type == seg::SegmentAccessType::Write ? 'w' : 'r',
                                         .rule = fault.rule,
                                         .vec = static_cast<u8>(fault.vector),
                                         .err = fault.error_code});
        return access.outcome;
    }
    if (auto const fault = misaligned(before, access.outcome.value(), size)) {
        return *fault;
    }
    return access.outcome;
}

Result<u64, Fault> Execution::read(seg::SegmentName segment, u64 offset, unsigned size) {
    auto const address = linear(segment, offset, size, seg::SegmentAccessType::Read);
    if (!address) {
        return address.error();
    }
    return memory().read(address.value(), size, privilege());
}

Result<Done, Fault> Execution::write(seg::SegmentName segment, u64 offset, unsigned size,
                                     u64 value) {
    auto const address = linear(segment, offset, size, seg::SegmentAccessType::Write);
    if (!address) {
        return address.error();
    }
    auto const probed = memory().probe_write(address.value(), size, privilege());
    if (probed) {
        memory().write(address.value(), size, value, privilege());
    }
    return probed;
}

Result<u64, Fault> Execution::read_rm(unsigned size) {
    if (instruction.rm_is_register) {
        return gpr(instruction.rm, size);
    }
    return read(memory_segment(), memory_offset(), size);
}

Result<Done, Fault> Execution::write_rm(unsigned size, u64 value) {
    if (instruction.rm_is_register) {
        set_gpr(instruction.rm, size, value);
        return Done{};
    }
    return write(memory_segment(), memory_offset(), size, value);
}

u64 Execution::stack_mask() const {
    if (is_64bit()) {
        return ~u64{0};
    }
    return before.segments[seg::SegmentName::SS].descriptor.default_big() ? 0xffffffff : 0xffff;
}

Result<Done, Fault> Execution::push(unsigned size, u64 value) {
    u64& sp = cpu[Gpr::RSP];
    u64 const mask = stack_mask();
    u64 const lower = (sp - size) & mask;
    auto const written = write(seg::SegmentName::SS, lower, size, value);
    if (written) {
        sp = (sp & ~mask) | lower;
    }
    return written;
}

Result<u64, Fault> Execution::pop(unsigned size) {
    u64& sp = cpu[Gpr::RSP];
    u64 const mask = stack_mask();
    auto const value = read(seg::SegmentName::SS, sp & mask, size);
    if (value) {
        sp = (sp & ~mask) | ((sp + size) & mask);
    }
    return value;
}

Fault general_protection(Rule const& rule, u32 error_code) {
    return {.vector = ExceptionVector::GP, .error_code = error_code, .rule = &rule};
}

Fault undefined_opcode(Rule const& rule) {
    return {.vector = ExceptionVector::UD, .rule = &rule};
}

std::optional<Fault> not_privileged(Execution const& execution) {
    if (execution.cpl() == 0) {
        return std::nullopt;
    }
    return general_protection(rules::privileged);
}

Outcome execute(Execution& execution) {
    if (execution.instruction.lock) {
        return undefined_opcode(
            rules::lock_allowed); // no instruction of these families allows LOCK
    }
    switch (execution.instruction.operation) {
        using enum Operation;
    case MovFromSreg:
    case PushSreg:
    case MovToSreg:
    case PopSreg:
    case LoadFarPointer:
    case Lar:
    case Lsl:
    case Verr:
    case Verw:
    case Arpl:
        return execute_segment_instruction(execution);
    case Lgdt:
    case Lidt:
    case Sgdt:
    case Sidt:
    case Lldt:
    case Ltr:
    case Sldt:
    case Str:
        return execute_descriptor_table_instruction(execution);
    case MovFromCr:
    case MovToCr:
    case Clts:
    case Lmsw:
    case Smsw:
        return execute_control_register_instruction(execution);
    case MovFromDr:
    case MovToDr:
        return execute_debug_register_instruction(execution);
    case Invlpg:
    case Invpcid:
    case Invd:
    case Wbinvd:
        return execute_translation_instruction(execution);
    case Rdmsr:
    case Wrmsr:
    case Xgetbv:
    case Xsetbv:
    case Rdfsbase:
    case Rdgsbase:
    case Wrfsbase:
    case Wrgsbase:
        return execute_model_specific_instruction(execution);
    case Hlt:
    case Cli:
    case Sti:
    case Pushf:
    case Popf:
    case Stac:
    case Clac:
        return execute_flag_instruction(execution);
    case In:
    case Out:
    case Ins:
    case Outs:
        return execute_port_instruction(execution);
    case FarJump:
    case FarCall:
    case FarReturn:
    case Iret:
        return execute_far_transfer(execution);
    case Syscall:
    case Sysret:
    case Sysenter:
    case Sysexit:
    case Swapgs:
        return execute_fast_call(execution);
    case Rdtsc:
    case Rdtscp:
    case Rdpmc:
    case Cpuid:
    case Rdrand:
    case Rdseed:
    case Rdpid:
    case Monitor:
    case Mwait:
        return execute_identification_instruction(execution);
    case TestImmediate:
        return execute_test_immediate(execution);
    case HintOfRegister:
        return Progress::Retired;
    case TooLong:
        return general_protection(rules::length_limit);
    case Undefined:
    case Innocent:
    case Truncated:
    case Int:
    case Int3:
    case Int1:
    case Into:
        break;
    }
    return undefined_opcode(rules::opcode_defined);
}

} // namespace ringside
