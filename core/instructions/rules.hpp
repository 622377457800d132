#pragma once
// The rules of instructions that the model executes and that are no business of segmentation or
// paging.
#include "core/x86/rule.hpp"

#include <array>

namespace ringside::rules {

inline constexpr Rule privileged{"instruction.privileged",
                                 "A privileged instruction runs at CPL 0.", "SDM 3A 6.9"};
inline constexpr Rule io_privilege{
    "io.privilege",
    "CPL is at most IOPL, or the TSS's I/O permission bitmap allows every port of the access.",
    "SDM 1 19.5"};
inline constexpr Rule interrupt_flag_privilege{
    "flags.iopl", "CLI and STI run at a CPL that is at most IOPL.", "SDM 2A CLI"};
inline constexpr Rule cr0_combination{
    "cr0.combination", "CR0.PG needs CR0.PE, and CR0.NW needs CR0.CD.", "SDM 3A 2.5"};
inline constexpr Rule cr0_long_mode_needs_pae{
    "cr0.long-mode", "Paging with IA32_EFER.LME = 1 needs CR4.PAE = 1.", "SDM 3A 5.1.2"};
inline constexpr Rule cr0_paging_stays{
    "cr0.paging-stays", "CR0.PG is not cleared by 64-bit code, nor while CR4.PCIDE = 1.",
    "SDM 3A 2.5"};
inline constexpr Rule cr4_reserved{"cr4.reserved", "The reserved bits of CR4 are written as 0.",
                                   "SDM 3A 2.5"};
inline constexpr Rule cr4_pae_stays{"cr4.pae-stays", "CR4.PAE is not cleared in IA-32e mode.",
                                    "SDM 3A 2.5"};
inline constexpr Rule cr4_pcide{
    "cr4.pcide", "CR4.PCIDE is set only in IA-32e mode and while CR3[11:0] = 0.", "SDM 3A 5.10.1"};
inline constexpr Rule cr3_reserved{"cr3.reserved", "CR3 bits MAXPHYADDR and up are written as 0.",
                                   "SDM 3A 2.5"};
inline constexpr Rule msr_exists{"msr.exists", "The processor has this MSR.", "SDM 2B RDMSR"};
inline constexpr Rule msr_value{"msr.value", "The value sets no reserved bit of the MSR.",
                                "SDM 2D WRMSR"};
inline constexpr Rule opcode_defined{
    "instruction.defined", "The bytes are an instruction this processor has.", "SDM 2A 2.1"};
inline constexpr Rule length_limit{"instruction.length", "An instruction has at most 15 bytes.",
                                   "SDM 3A 7.15"};
inline constexpr Rule debug_register_exists{
    "debug.register", "DR4 and DR5 are named only while CR4.DE = 0.", "SDM 3B 18.2.2"};
inline constexpr Rule debug_upper_clear{
    "debug.upper", "The upper half of DR6 and DR7 is written as 0.", "SDM 3B 18.2"};
inline constexpr Rule fast_call_enabled{
    "syscall.enabled", "SYSCALL and SYSRET need IA32_EFER.SCE = 1 and 64-bit code.",
    "SDM 2B SYSCALL"};
inline constexpr Rule sysenter_selector{
    "sysenter.cs", "SYSENTER and SYSEXIT need a selector that is not null in IA32_SYSENTER_CS.",
    "SDM 2B SYSENTER"};
inline constexpr Rule sysenter_protected{"sysenter.protected",
                                         "SYSENTER and SYSEXIT are executed in protected mode.",
                                         "SDM 2B SYSENTER"};
inline constexpr Rule fast_return_canonical{
    "fast-return.canonical",
    "SYSRET and SYSEXIT to 64-bit code return to an address that is canonical, with such a stack.",
    "SDM 2B SYSRET"};
inline constexpr Rule msr_canonical{"msr.canonical", "An address in an MSR is canonical.",
                                    "SDM 2D WRMSR"};
inline constexpr Rule table_base_canonical{
    "table.canonical", "LGDT and LIDT load a base that is canonical.", "SDM 2A LGDT"};
inline constexpr Rule cr0_reserved{"cr0.reserved", "The upper half of CR0 is written as 0.",
                                   "SDM 3A 2.5"};
inline constexpr Rule cr8_reserved{"cr8.reserved", "CR8 bits 4 and up are written as 0.",
                                   "SDM 3A 2.5"};
inline constexpr Rule invpcid_type{"invpcid.type", "INVPCID's type is 0 to 3.", "SDM 2A INVPCID"};
inline constexpr Rule invpcid_descriptor{
    "invpcid.descriptor",
    "INVPCID's descriptor sets no reserved bit, names PCID 0 while CR4.PCIDE = 0, and a canonical "
    "address.",
    "SDM 2A INVPCID"};
inline constexpr Rule alignment_checked{
    "alignment.checked",
    "With CR0.AM and EFLAGS.AC set, a program's operand lies at a multiple of its size.",
    "SDM 3A 7.15"};
inline constexpr Rule operand_aligned{
    "alignment.16", "A 16-byte operand of SSE, FXSAVE or CMPXCHG16B lies at a multiple of 16.",
    "SDM 1 11.4.1.1"};
inline constexpr Rule mxcsr_reserved{"mxcsr.reserved",
                                     "LDMXCSR and FXRSTOR load 0 into the reserved bits of MXCSR.",
                                     "SDM 1 10.2.3"};
inline constexpr Rule counter_exists{"rdpmc.counter", "The performance counter exists.",
                                     "SDM 2B RDPMC"};
inline constexpr Rule lock_allowed{
    "instruction.lock",
    "LOCK stands before an instruction that allows it, with a memory "
    "destination.",
    "SDM 2A LOCK"};
inline constexpr Rule core_refused{
    "instruction.operand",
    "The operands meet the instruction's own conditions (alignment, reserved bits).",
    "SDM 3A 7.15"};

inline constexpr std::array instruction_rules{
    &privileged,
    &io_privilege,
    &interrupt_flag_privilege,
    &cr0_combination,
    &cr0_long_mode_needs_pae,
    &cr0_paging_stays,
    &cr4_reserved,
    &cr4_pae_stays,
    &cr4_pcide,
    &cr3_reserved,
    &msr_exists,
    &msr_value,
    &opcode_defined,
    &length_limit,
    &debug_register_exists,
    &debug_upper_clear,
    &fast_call_enabled,
    &sysenter_selector,
    &sysenter_protected,
    &fast_return_canonical,
    &msr_canonical,
    &table_base_canonical,
    &cr0_reserved,
    &cr8_reserved,
    &invpcid_type,
    &invpcid_descriptor,
    &alignment_checked,
    &operand_aligned,
    &mxcsr_reserved,
    &counter_exists,
    &lock_allowed,
    &core_refused,
};

} // namespace ringside::rules
