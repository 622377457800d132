// MOV to and from CR0, CR2, CR3, CR4, CR8; CLTS, LMSW, SMSW (SDM volume 3, section 2.5).
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"
#include "core/x86/bits.hpp"
#include "mmu/mmu.hpp"

namespace ringside {

namespace {

constexpr u64 cr0_defined = cr0::PE | cr0::MP | cr0::EM | cr0::TS | cr0::ET | cr0::NE | cr0::WP |
                            cr0::AM | cr0::NW | cr0::CD | cr0::PG;
// Not VME and PVI: CPUID does not offer virtual interrupts.
constexpr u64 cr4_defined = cr4::TSD | cr4::DE | cr4::PSE | cr4::PAE | cr4::MCE | cr4::PGE |
                            cr4::PCE | cr4::OSFXSR | cr4::OSXMMEXCPT | cr4::PCIDE | cr4::SMEP |
                            cr4::SMAP;
// Bits whose change makes another paging mode or other rights.
constexpr u64 cr0_paging = cr0::PG | cr0::WP;
constexpr u64 cr4_paging = cr4::PSE | cr4::PAE | cr4::PGE | cr4::PCIDE | cr4::SMEP | cr4::SMAP;

void tell_write(Execution& execution, u8 number, u64 before, u64 after) {
    execution.environment.tell(
        trace::CrWrite{.cr = number, .old_value = before, .new_value = after});
}

// PAE paging reads its four PDPTE registers whenever CR3 or the paging mode is written.
std::optional<Fault> reload_pdptes(Execution& execution) {
    if (execution.cpu.paging_mode() != mmu::PagingMode::PAE) {
        return std::nullopt;
    }
    mmu::PdpteLoad const load =
        mmu::load_pdptes(execution.environment.physical(), execution.cpu.paging_context());
    if (!load.fault) {
        execution.cpu.pdptes = load.pdptes;
    }
    return load.fault;
}

void update_long_mode(Cpu& cpu) {
    bool const active = (cpu.cr0 & cr0::PG) != 0 && (cpu.efer & efer::LME) != 0;
    cpu.efer = active ? cpu.efer | efer::LMA : cpu.efer & ~efer::LMA;
    cpu.segments.long_mode_active = active;
    cpu.segments.protection = (cpu.cr0 & cr0::PE) != 0;
}

Outcome write_cr0(Execution& execution, u64 value) {
    Cpu& cpu = execution.cpu;
    u64 const before = cpu.cr0;
    u64 const after = (value & cr0_defined) | cr0::ET;
    if ((value >> 32U) != 0) {
        return general_protection(rules::cr0_reserved);
    }
    bool const pages = (after & cr0::PG) != 0;
    if ((pages && (after & cr0::PE) == 0) || ((after & cr0::NW) != 0 && (after & cr0::CD) == 0)) {
        return general_protection(rules::cr0_combination);
    }
    bool const starts_paging = pages && (before & cr0::PG) == 0;
    if (starts_paging && (cpu.efer & efer::LME) != 0 && (cpu.cr4 & cr4::PAE) == 0) {
        return general_protection(rules::cr0_long_mode_needs_pae);
    }
    if (!pages && (before & cr0::PG) != 0 &&
        (execution.is_64bit() || (cpu.cr4 & cr4::PCIDE) != 0)) {
        return general_protection(rules::cr0_paging_stays);
    }
    cpu.cr0 = after;
    update_long_mode(cpu);
    u64 const changed = before ^ after;
    if ((changed & cr0::PG) != 0) {
        if (auto const fault = reload_pdptes(execution)) {
            return *fault;
        }
    }
    tell_write(execution, 0, before, after);
    if ((changed & cr0::PG) != 0) {
        execution.environment.flush_tlb(TlbFlush::All, cpu);
    }
    if ((changed & cr0_paging) != 0) {
        execution.environment.translation_rules_changed();
    }
    return Progress::Retired;
}

Outcome write_cr3(Execution& execution, u64 value) {
    Cpu& cpu = execution.cpu;
    bool const has_pcids = (cpu.cr4 & cr4::PCIDE) != 0;
    bool const keeps = has_pcids && bit<63>(value); // the bit itself is not kept
    u64 after = has_pcids ? value & ~(u64{1} << 63U) : value;
    if (!execution.is_64bit()) {
        after &= 0xffffffff;
    } else if ((after & ~low_mask(cpu.physical_address_bits)) != 0) {
        return general_protection(rules::cr3_reserved);
    }
    u64 const before = cpu.cr3;
    cpu.cr3 = after;
    if (auto const fault = reload_pdptes(execution)) {
        return *fault;
    }
    tell_write(execution, 3, before, after);
    if (keeps) {
        execution.environment.select_pcid(cpu);
    } else {
        execution.environment.flush_tlb(TlbFlush::NonGlobal, cpu);
    }
    return Progress::Retired;
}

Outcome write_cr4(Execution& execution, u64 value) {
    Cpu& cpu = execution.cpu;
    if ((value & ~cr4_defined) != 0) {
        return general_protection(rules::cr4_reserved);
    }
    bool const is_long = (cpu.efer & efer::LMA) != 0;
    if (is_long && (value & cr4::PAE) == 0) {
        return general_protection(rules::cr4_pae_stays);
    }
    bool const starts_pcide = (value & cr4::PCIDE) != 0 && (cpu.cr4 & cr4::PCIDE) == 0;
    if (starts_pcide && (!is_long || bits<11, 0>(cpu.cr3) != 0)) {
        return general_protection(rules::cr4_pcide);
    }
    u64 const before = cpu.cr4;
    u64 const changed = before ^ value;
    cpu.cr4 = value;
    if ((changed & (cr4::PAE | cr4::PSE | cr4::PGE | cr4::SMEP)) != 0) {
        if (auto const fault = reload_pdptes(execution)) {
            return *fault;
        }
    }
    tell_write(execution, 4, before, value);
    // SDM volume 3, section 5.10.4.1: what invalidates all entries, global ones too.
    bool const drops_all = (changed & (cr4::PGE | cr4::PAE | cr4::PSE)) != 0 ||
                           ((changed & cr4::PCIDE) != 0 && (value & cr4::PCIDE) == 0) ||
                           ((changed & cr4::SMEP) != 0 && (value & cr4::SMEP) != 0);
    if (drops_all) {
        execution.environment.flush_tlb(TlbFlush::All, cpu);
    }
    if ((changed & cr4_paging) != 0) {
        execution.environment.translation_rules_changed();
    }
    return Progress::Retired;
}

Outcome write_control_register(Execution& execution) {
    unsigned const size = execution.is_64bit() ? 8 : 4;
    u64 const value = execution.gpr(execution.instruction.rm, size);
    switch (execution.instruction.reg) {
    case 0:
        return write_cr0(execution, value);
    case 2:
        tell_write(execution, 2, execution.cpu.cr2, value);
        execution.cpu.cr2 = value;
        return Progress::Retired;
    case 3:
        return write_cr3(execution, value);
    case 4:
        return write_cr4(execution, value);
    case 8:
        if (value > 15) {
            return general_protection(rules::cr8_reserved);
        }
        tell_write(execution, 8, execution.cpu.cr8, value);
        execution.cpu.cr8 = value;
        return Progress::Retired;
    default:
        return undefined_opcode(rules::opcode_defined);
    }
}

Outcome read_control_register(Execution& execution) {
    Cpu const& cpu = execution.before;
    u64 value = 0;
    switch (execution.instruction.reg) {
    case 0:
        value = cpu.cr0;
        break;
    case 2:
        value = cpu.cr2;
        break;
    case 3:
        value = cpu.cr3;
        break;
    case 4:
        value = cpu.cr4;
        break;
    case 8:
        value = cpu.cr8;
        break;
    default:
        return undefined_opcode(rules::opcode_defined);
    }
    execution.set_gpr(execution.instruction.rm, execution.is_64bit() ? 8 : 4, value);
    return Progress::Retired;
}

// LMSW writes PE, MP, EM and TS, and cannot clear PE.
Outcome load_machine_status(Execution& execution) {
    auto const word = execution.read_rm(2);
    if (!word) {
        return word.error();
    }
    constexpr u64 writable = cr0::PE | cr0::MP | cr0::EM | cr0::TS;
    u64 const kept = (execution.cpu.cr0 & ~writable) | (execution.cpu.cr0 & cr0::PE);
    return write_cr0(execution, kept | (word.value() & writable));
}

} // namespace

Outcome execute_control_register_instruction(Execution& execution) {
    Instruction const& instruction = execution.instruction;
    if (instruction.operation == Operation::Smsw) {
        auto const done = execution.write_rm(
            instruction.rm_is_register ? instruction.operand_size : 2U, execution.before.cr0);
        return done ? Outcome{Progress::Retired} : Outcome{done.error()};
    }
    if (auto const fault = not_privileged(execution)) {
        return *fault;
    }
    switch (instruction.operation) {
    case Operation::MovFromCr:
        return read_control_register(execution);
    case Operation::MovToCr:
        return write_control_register(execution);
    case Operation::Clts:
        return write_cr0(execution, execution.cpu.cr0 & ~cr0::TS);
    default:
        return load_machine_status(execution);
    }
}

} // namespace ringside
