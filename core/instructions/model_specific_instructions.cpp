// RDMSR and WRMSR; the instructions that CPUID does not offer beside them.
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"
#include "core/x86/bits.hpp"
#include "seg/descriptor_table.hpp"

namespace ringside {

namespace {

// Numbers of the model-specific registers (SDM volume 4, chapter 2).
namespace msr {
constexpr u32 TIME_STAMP_COUNTER = 0x10, APIC_BASE = 0x1b, SYSENTER_CS = 0x174,
              SYSENTER_ESP = 0x175, SYSENTER_EIP = 0x176, MISC_ENABLE = 0x1a0, PAT = 0x277,
              EFER = 0xc0000080, STAR = 0xc0000081, LSTAR = 0xc0000082, CSTAR = 0xc0000083,
              FMASK = 0xc0000084, FS_BASE = 0xc0000100, GS_BASE = 0xc0000101,
              KERNEL_GS_BASE = 0xc0000102, TSC_AUX = 0xc0000103;
} // namespace msr

// Where the register is kept; null if the processor has none of this number, or keeps it otherwise.
u64* storage(Cpu& cpu, u32 number) {
    switch (number) {
    case msr::APIC_BASE:
        return &cpu.apic_base;
    case msr::SYSENTER_CS:
        return &cpu.sysenter_cs;
    case msr::SYSENTER_ESP:
        return &cpu.sysenter_esp;
    case msr::SYSENTER_EIP:
        return &cpu.sysenter_eip;
    case msr::MISC_ENABLE:
        return &cpu.misc_enable;
    case msr::PAT:
        return &cpu.pat;
    case msr::EFER:
        return &cpu.efer;
    case msr::STAR:
        return &cpu.star;
    case msr::LSTAR:
        return &cpu.lstar;
    case msr::CSTAR:
        return &cpu.cstar;
    case msr::FMASK:
        return &cpu.fmask;
    case msr::FS_BASE:
        return &cpu.segments[seg::SegmentName::FS].base;
    case msr::GS_BASE:
        return &cpu.segments[seg::SegmentName::GS].base;
    case msr::KERNEL_GS_BASE:
        return &cpu.kernel_gs_base;
    case msr::TSC_AUX:
        return &cpu.tsc_aux;
    default:
        return nullptr;
    }
}

Outcome read_register(Execution& execution) {
    u32 const number = static_cast<u32>(execution.before[Gpr::RCX]);
    u64 value = 0;
    if (number == msr::TIME_STAMP_COUNTER) {
        value = execution.environment.retired_instructions() + execution.before.tsc_offset;
    } else if (u64 const* const kept = storage(execution.cpu, number); kept != nullptr) {
        value = *kept;
    } else {
        return general_protection(rules::msr_exists);
    }
    execution.cpu[Gpr::RAX] = value & 0xffffffff;
    execution.cpu[Gpr::RDX] = value >> 32U;
    return Progress::Retired;
}

Outcome write_efer(Execution& execution, u64 value) {
    Cpu& cpu = execution.cpu;
    constexpr u64 writable = efer::SCE | efer::LME | efer::NXE;
    bool const changes_lme = ((value ^ cpu.efer) & efer::LME) != 0;
    if ((value & ~(writable | efer::LMA)) != 0 || (changes_lme && (cpu.cr0 & cr0::PG) != 0)) {
        return general_protection(rules::msr_value);
    }
    u64 const before = cpu.efer;
    cpu.efer = (value & writable) | (before & efer::LMA);
    execution.environment.tell(
        trace::MsrWrite{.msr = msr::EFER, .old_value = before, .new_value = cpu.efer});
    if (((before ^ cpu.efer) & efer::NXE) != 0) {
        execution.environment.translation_rules_changed();
    }
    return Progress::Retired;
}

bool is_memory_type(u8 type) {
    return type <= 7 && type != 2 && type != 3;
}

// Every byte of IA32_PAT is a memory type.
bool is_page_attributes(u64 value) {
    for (unsigned byte = 0; byte < 8; ++byte) {
        if (!is_memory_type(static_cast<u8>(value >> (8 * byte)))) {
            return false;
        }
    }
    return true;
}

// What WRMSR refuses to write there (SDM volume 2, "WRMSR"; volume 4, chapter 2).
std::optional<Fault> refusal(Cpu const& cpu, u32 number, u64 value) {
    auto const unless = [](bool allowed, Rule const& rule) {
        return allowed ? std::nullopt : std::optional{general_protection(rule)};
    };
    switch (number) {
    case msr::SYSENTER_ESP:
    case msr::SYSENTER_EIP:
    case msr::LSTAR:
    case msr::CSTAR:
    case msr::FS_BASE:
    case msr::GS_BASE:
    case msr::KERNEL_GS_BASE:
        return unless(seg::is_canonical(value), rules::msr_canonical);
    case msr::FMASK:
    case msr::TSC_AUX:
        return unless((value >> 32U) == 0, rules::msr_value);
    case msr::PAT:
        return unless(is_page_attributes(value), rules::msr_value);
    case msr::APIC_BASE: {
        constexpr u64 bootstrap_and_enable = 0x900;
        u64 const frames = low_mask(cpu.physical_address_bits) & ~u64{0xfff};
        return unless((value & ~(frames | bootstrap_and_enable)) == 0, rules::msr_value);
    }
    default:
        return std::nullopt;
    }
}

Outcome write_register(Execution& execution) {
    u32 const number = static_cast<u32>(execution.before[Gpr::RCX]);
    u64 const value = execution.gpr(static_cast<unsigned>(Gpr::RDX), 4) << 32U |
                      execution.gpr(static_cast<unsigned>(Gpr::RAX), 4);
    if (number == msr::EFER) {
        return write_efer(execution, value);
    }
    if (number == msr::TIME_STAMP_COUNTER) {
        execution.cpu.tsc_offset = value - execution.environment.retired_instructions();
        return Progress::Retired;
    }
    u64* const kept = storage(execution.cpu, number);
    if (kept == nullptr) {
        return general_protection(rules::msr_exists);
    }
    if (auto const fault = refusal(execution.cpu, number, value)) {
        return *fault;
    }
    execution.environment.tell(
        trace::MsrWrite{.msr = number, .old_value = *kept, .new_value = value});
    *kept = value;
    return Progress::Retired;
}

} // namespace

Outcome execute_model_specific_instruction(Execution& execution) {
    switch (execution.instruction.operation) {
    case Operation::Rdmsr:
    case Operation::Wrmsr:
        break;
    default:
        return undefined_opcode(
            rules::opcode_defined); // XSAVE and FSGSBASE are not offered by CPUID
    }
    if (auto const fault = not_privileged(execution)) {
        return *fault;
    }
    return execution.instruction.operation == Operation::Rdmsr ? read_register(execution)
                                                               : write_register(execution);
}

} // namespace ringside
