#pragma once
// The rules of segmentation, in the order of the files that check them. The sentence is what a
// student reads: it is true when the check passes. `seg_rules()` lists them all, for
// `docs/rules.md` and for the tests.
#include "core/x86/rule.hpp"

#include <span>

namespace ringside::seg {

namespace rules {

// ---- Descriptor tables
inline constexpr Rule table_limit{
    "table.limit", "The selector's descriptor lies within the limit of its GDT or LDT.",
    "SDM 3A 3.5.1"};

// ---- MOV, POP, LDS..LGS into a segment register
inline constexpr Rule load_not_cs{"load.cs", "MOV and POP load any segment register but CS.",
                                  "SDM 2B MOV"};
inline constexpr Rule load_data_type{
    "load.data.type", "A data-segment register holds a data segment or a readable code segment.",
    "SDM 3A 6.5"};
inline constexpr Rule load_data_privilege{
    "load.data.privilege",
    "The segment's DPL is numerically at least both CPL and RPL, unless it is conforming code.",
    "SDM 3A 6.6"};
inline constexpr Rule load_data_present{"load.data.present", "The segment is present.",
                                        "SDM 3A 3.4.5"};

// ---- The stack segment: MOV SS, a stack from the TSS, a return to an outer ring
inline constexpr Rule stack_not_null{"stack.null", "The stack-segment selector is not null.",
                                     "SDM 3A 6.7"};
inline constexpr Rule stack_null_allowed{
    "stack.null64", "SS may be null only in 64-bit mode outside ring 3, with RPL equal to CPL.",
    "SDM 2B MOV"};
inline constexpr Rule stack_rpl{
    "stack.rpl", "The stack selector's RPL equals the ring that will use the stack.", "SDM 3A 6.7"};
inline constexpr Rule stack_writable{"stack.writable",
                                     "The stack segment is a writable data segment.", "SDM 3A 6.7"};
inline constexpr Rule stack_dpl{
    "stack.dpl", "The stack segment's DPL equals the ring that will use the stack.", "SDM 3A 6.7"};
inline constexpr Rule stack_present{"stack.present", "The stack segment is present.",
                                    "SDM 3A 3.4.5"};

// ---- LLDT and LTR
inline constexpr Rule system_cpl{"system.cpl", "LLDT and LTR run in ring 0.", "SDM 3A 6.9"};
inline constexpr Rule system_in_gdt{"system.gdt", "The selector points into the GDT, not the LDT.",
                                    "SDM 3A 3.5.1"};
inline constexpr Rule ldt_type{"ldt.type", "The descriptor is an LDT descriptor.", "SDM 2A LLDT"};
inline constexpr Rule ldt_present{"ldt.present", "The LDT is present.", "SDM 2A LLDT"};
inline constexpr Rule tss_not_null{"tss.null", "The task-register selector is not null.",
                                   "SDM 2A LTR"};
inline constexpr Rule tss_available{"tss.available", "The descriptor is a TSS that is not busy.",
                                    "SDM 2A LTR"};
inline constexpr Rule tss_present{"tss.present", "The TSS is present.", "SDM 2A LTR"};
inline constexpr Rule system_upper{
    "system.upper", "The upper half of a 16-byte system descriptor has type 0.", "SDM 3A 3.5.2"};
inline constexpr Rule system_base_canonical{
    "system.canonical", "The base of a 64-bit LDT or TSS is canonical.", "SDM 3A 3.5.2"};

// ---- One access through a segment
inline constexpr Rule access_usable{"access.null", "The segment register is not null.",
                                    "SDM 3A 6.4.1"};
inline constexpr Rule access_writable{
    "access.write", "A write goes through a writable data segment.", "SDM 3A 6.5"};
inline constexpr Rule access_readable{
    "access.read", "A read goes through a data or readable code segment.", "SDM 3A 6.5"};
inline constexpr Rule access_limit{"access.limit", "Every byte of the access is within the limit.",
                                   "SDM 3A 6.3"};
inline constexpr Rule access_canonical{
    "access.canonical", "Every byte of the access has a canonical address.", "SDM 1 3.3.7.1"};

// ---- Code segments as the target of a transfer
inline constexpr Rule code_not_null{"code.null", "The code-segment selector is not null.",
                                    "SDM 3A 6.8"};
inline constexpr Rule code_type{"code.type", "The descriptor is a code segment.", "SDM 3A 6.8"};
inline constexpr Rule code_conforming_dpl{
    "code.conforming.dpl", "A conforming code segment's DPL is numerically at most CPL.",
    "SDM 3A 6.8.1.2"};
inline constexpr Rule code_rpl{
    "code.rpl", "The selector's RPL is numerically at most CPL, for a nonconforming code segment.",
    "SDM 3A 6.8.1.1"};
inline constexpr Rule code_dpl{"code.dpl", "A nonconforming code segment's DPL equals CPL.",
                               "SDM 3A 6.8.1.1"};
inline constexpr Rule code_inner{
    "code.inner", "A gate leads to a code segment of the same or a more privileged ring.",
    "SDM 3A 6.8.4"};
inline constexpr Rule code_64bit{"code.64bit",
                                 "In IA-32e mode a gate leads to a 64-bit code segment (L=1, D=0).",
                                 "SDM 3A 6.8.3.1"};
inline constexpr Rule code_long_and_big{
    "code.l-and-d", "In IA-32e mode a code segment does not set both L and D.", "SDM 3A 5.2.1"};
inline constexpr Rule code_present{"code.present", "The code segment is present.", "SDM 3A 3.4.5"};
inline constexpr Rule code_limit{
    "code.limit", "The new instruction pointer is within the code segment's limit.", "SDM 3A 6.3"};
inline constexpr Rule code_canonical{"code.canonical", "The new instruction pointer is canonical.",
                                     "SDM 1 3.3.7.1"};

// ---- Far JMP, CALL and RET
inline constexpr Rule far_not_null{"far.null", "The far pointer's selector is not null.",
                                   "SDM 2A JMP"};
inline constexpr Rule far_type{
    "far.type", "The far pointer names a code segment, a call gate, a task gate or a TSS.",
    "SDM 3A 6.8"};
inline constexpr Rule far_no_task_in_long_mode{
    "far.task.long", "IA-32e mode has no task switches: the target is no TSS and no task gate.",
    "SDM 3A 9.7"};
inline constexpr Rule call_gate_cpl{
    "call-gate.cpl", "The call gate's DPL is numerically at least CPL.", "SDM 3A 6.8.4"};
inline constexpr Rule call_gate_rpl{
    "call-gate.rpl", "The call gate's DPL is numerically at least its selector's RPL.",
    "SDM 3A 6.8.4"};
inline constexpr Rule call_gate_present{"call-gate.present", "The call gate is present.",
                                        "SDM 3A 6.8.4"};
inline constexpr Rule call_gate_upper{
    "call-gate.upper", "The upper half of a 64-bit call gate has type 0.", "SDM 3A 6.8.3.1"};
inline constexpr Rule return_not_inner{
    "return.rpl", "A return goes to the same or a less privileged ring.", "SDM 3A 6.8.6"};
inline constexpr Rule return_conforming_dpl{
    "return.conforming.dpl", "A conforming return segment's DPL is numerically at most its RPL.",
    "SDM 2B RET"};
inline constexpr Rule return_dpl{
    "return.dpl", "A nonconforming return segment's DPL equals its RPL.", "SDM 2B RET"};

// ---- The stack as it is pushed and popped
inline constexpr Rule stack_room{"stack.room", "The stack segment has room for what is pushed.",
                                 "SDM 3A 6.3"};
inline constexpr Rule stack_holds{"stack.holds", "What is popped lies within the stack segment.",
                                  "SDM 3A 6.3"};
inline constexpr Rule stack_canonical{"stack.canonical", "The stack pointer is canonical.",
                                      "SDM 3A 7.14.2"};

// ---- The task-state segment
inline constexpr Rule tss_limit{"tss.limit", "The new ring's stack pointer lies within the TSS.",
                                "SDM 3A 8.2.1"};

// ---- Interrupts and exceptions
inline constexpr Rule idt_limit{"idt.limit", "The vector's gate lies within the IDT.",
                                "SDM 3A 7.10"};
inline constexpr Rule gate_type{"gate.type", "The IDT entry is an interrupt, trap or task gate.",
                                "SDM 3A 7.11"};
inline constexpr Rule gate_type_64{
    "gate.type64", "In IA-32e mode the IDT entry is a 64-bit interrupt or trap gate.",
    "SDM 3A 7.14.1"};
inline constexpr Rule gate_dpl{
    "gate.dpl", "INT n, INT3 and INTO need a gate whose DPL is numerically at least CPL.",
    "SDM 3A 7.12.1.1"};
inline constexpr Rule gate_present{"gate.present", "The gate is present.", "SDM 3A 7.11"};
inline constexpr Rule v86_iopl{"v86.iopl", "INT n and IRET in virtual-8086 mode need IOPL 3.",
                               "SDM 3B 22.2.7"};
inline constexpr Rule v86_to_ring0{
    "v86.ring0", "An interrupt in virtual-8086 mode goes to nonconforming ring-0 code.",
    "SDM 3B 22.3.1"};

// ---- IRET
inline constexpr Rule iret_nested_long{"iret.nt.long", "IRET in IA-32e mode finds NT clear.",
                                       "SDM 2A IRET"};
inline constexpr Rule iret_v86_ip{"iret.v86.ip",
                                  "The instruction pointer of virtual-8086 code is below 64 KiB.",
                                  "SDM 3B 22.2.5"};

// ---- Task switches
inline constexpr Rule task_dpl{
    "task.dpl", "The DPL of the TSS or task gate is numerically at least CPL and RPL.",
    "SDM 3A 8.3"};
inline constexpr Rule task_gate_present{"task.gate.present", "The task gate is present.",
                                        "SDM 3A 8.2.5"};
inline constexpr Rule task_in_gdt{"task.gdt", "The TSS descriptor lies in the GDT.",
                                  "SDM 3A 8.2.2"};
inline constexpr Rule task_tss_available{
    "task.available", "The task to switch to is a TSS that is not busy.", "SDM 3A 8.3"};
inline constexpr Rule task_tss_present{"task.present", "The new task's TSS is present.",
                                       "SDM 3A 8.3"};
inline constexpr Rule task_tss_busy{"task.busy", "IRET returns to a task whose TSS is busy.",
                                    "SDM 3A 8.3"};
inline constexpr Rule task_tss_limit{"task.limit", "The new TSS is large enough to hold a task.",
                                     "SDM 3A 8.3"};
inline constexpr Rule task_old_limit{
    "task.old.limit", "The old TSS is large enough to take the task's state.", "SDM 3A 8.3"};
inline constexpr Rule task_ldt{
    "task.ldt", "The new task's LDT selector is null or names an LDT of the GDT.", "SDM 3A 8.3"};
inline constexpr Rule task_ldt_present{"task.ldt.present", "The new task's LDT is present.",
                                       "SDM 3A 8.3"};
inline constexpr Rule task_code_rpl{
    "task.code.dpl", "The new task's code segment has a DPL that fits its RPL.", "SDM 3A 8.3"};
inline constexpr Rule task_deferred{
    "task.deferred", "A task switch is made by switch_task, which needs the general registers.",
    "SDM 3A 8.3"};

} // namespace rules

// Every rule above, once.
[[nodiscard]] std::span<Rule const* const> seg_rules();

} // namespace ringside::seg
