/* Every way into the kernel and the one way out. With page-table isolation this section, cpu_entry_area and the page of `cpu` are
   all of the kernel that a program's page tables have; SWITCH_TO_KERNEL and SWITCH_TO_USER are the split's own, and empty without
   it.

   SWAPGS is the CPU's only help: SYSCALL loads no stack, and the stack of the TSS is a small one in cpu_entry_area. So what comes
   from a program finds `cpu` by GS, and by it the stack of its task; what comes from the kernel stays where it is. */
#include "layout.h"
#include "cpu_area.h"
#include "entry.h"
#include "regs.h"
#include "segments.h"
#include "user_access.h"
#include "abi/ports.h"
#include "switch.h"
#include "task/task.h"
#include "trap/trap.h"

#define NOT_BY_SYSRET 0x10100           /* RF and TF: SYSRET would lose the one and trap too early by the other */

    .section .entry.text,"ax"

/* SYSCALL: number in RAX, arguments in RDI RSI RDX R10 R8 R9, result in RAX. The CPU has put RIP into RCX and RFLAGS into R11, and
   cleared the flags of MSR_FMASK: nothing interrupts. RSP is still the program's. */
    .globl system_call_entry
system_call_entry:
    swapgs
    movq %rsp, %gs:CPU_USER_SP
    SWITCH_TO_KERNEL %rsp
    movq %gs:CPU_KERNEL_STACK, %rsp
    pushq $USER_DS
    pushq %gs:CPU_USER_SP
    pushq %r11
    pushq $USER_CS
    pushq %rcx
    pushq %rax
    pushq $SYSTEM_CALL_VECTOR
    SAVE_ALL
    sti
    movq %rax, %rbx
    movq %rsp, %rcx
    xorl %edx, %edx
    movl $ASM_TP_SYSCALL, %eax
    outl %eax, $PORT_TRACEPOINT
    cmpq $SYSCALL_TABLE_SIZE, %rbx
    jae unknown_system_call
    movq (%rsp), %rdi
    movq 16(%rsp), %rdx
    movq REGS_R10(%rsp), %rcx           /* where C looks for the fourth */
    call *system_call_table(,%rbx,8)
    .globl system_call_done, unknown_system_call
system_call_done:
    movq %rax, REGS_AX(%rsp)
    movq %rax, %rcx
    xorl %edx, %edx
    cmpq $INT80_CALL, REGS_VECTOR(%rsp)
    sete %dl                            /* by the other table's numbers */
    movl $ASM_TP_SYSCALL_RET, %eax
    outl %eax, $PORT_TRACEPOINT
    jmp leave_kernel
unknown_system_call:
    movq $-38, %rax                     /* -ENOSYS */
    jmp system_call_done

/* The exceptions. The CPU pushes an error code for some; the others get a 0, so that all frames look the same. */
.macro EXCEPTION vector, has_error=0, common=exception_common
exception_\vector:
    .if \has_error == 0
    pushq $0
    .endif
    pushq $\vector
    jmp \common
.endm
    EXCEPTION 0
    EXCEPTION 1, 0, paranoid_common
    EXCEPTION 2, 0, paranoid_common
    EXCEPTION 3
    EXCEPTION 4
    EXCEPTION 5
    EXCEPTION 6
    EXCEPTION 7
    EXCEPTION 8, 1, paranoid_common
    EXCEPTION 9
    EXCEPTION 10, 1
    EXCEPTION 11, 1
    EXCEPTION 12, 1
    EXCEPTION 13, 1
    EXCEPTION 14, 1
    EXCEPTION 15
    EXCEPTION 16
    EXCEPTION 17, 1
    EXCEPTION 18
    EXCEPTION 19
    EXCEPTION 20
    EXCEPTION 21, 1
    EXCEPTION 22
    EXCEPTION 23
    EXCEPTION 24
    EXCEPTION 25
    EXCEPTION 26
    EXCEPTION 27
    EXCEPTION 28
    EXCEPTION 29, 1
    EXCEPTION 30, 1
    EXCEPTION 31

/* The interrupt lines. */
    .irp line, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
interrupt_\line:
    pushq $0
    pushq $IRQ_VECTOR + \line
    jmp exception_common
    .endr

exception_common:
    testb $3, FRAME_CS(%rsp)
    jz from_kernel
    .globl from_program
from_program:
    swapgs
    movq %rax, %gs:CPU_SCRATCH
    SWITCH_TO_KERNEL %rax
    LEAVE_ENTRY_STACK
call_trap:
    SAVE_ALL
    USER_ACCESS_END                     /* an exception leaves AC as it was */
    movq %rsp, %rdi
    call *trap_function                 /* void trap(struct regs *) */

/* Out. Before a program goes on, what came up meanwhile is seen to (a signal, another task's turn), and no interrupt may bring up
   more behind our back. */
leave_kernel:
    cli
    testb $3, REGS_CS(%rsp)
    jz return_to_kernel
    movq current, %rdx
    cmpl $0, TASK_WORK(%rdx)
    jne work_is_pending

/* SYSRET takes RIP from RCX and RFLAGS from R11, and has its own idea of the segments. So it will do only where nothing has changed
   since a SYSCALL; and never to an address that is not the program's, where it would fault in ring 0. */
    cmpq $SYSTEM_CALL_VECTOR, REGS_VECTOR(%rsp)
    jne return_by_iret
    cmpq $USER_CS, REGS_CS(%rsp)
    jne return_by_iret
    movq REGS_IP(%rsp), %rcx
    cmpq REGS_CX(%rsp), %rcx
    jne return_by_iret
    movq $TASK_SIZE, %rdx
    cmpq %rdx, %rcx
    jae return_by_iret
    movq REGS_FLAGS(%rsp), %r11
    cmpq REGS_R11(%rsp), %r11
    jne return_by_iret
    testl $NOT_BY_SYSRET, %r11d
    jnz return_by_iret
    cmpq $USER_DS, REGS_SS(%rsp)
    jne return_by_iret
    RESTORE_ALL
    movq REGS_SP - REGS_VECTOR(%rsp), %rsp
    SWITCH_TO_USER
    swapgs
    .globl return_sysret
return_sysret:
    sysretq

/* IRET reads five words from the stack, so they must lie where the program's page tables have them: on the entry stack. */
return_by_iret:
    RESTORE_ALL
    movq %rax, %gs:CPU_SCRATCH
    movq %rsp, %rax
    movq %gs:4, %rsp                    /* tss.rsp[0] */
    pushq 48(%rax)
    pushq 40(%rax)
    pushq 32(%rax)
    pushq 24(%rax)
    pushq 16(%rax)
    movq %gs:CPU_SCRATCH, %rax
    SWITCH_TO_USER
    swapgs
    .globl return_iret
return_iret:
    iretq

return_to_kernel:
    RESTORE_ALL
    addq $16, %rsp                      /* vector, error */
    iretq

work_is_pending:
    sti
    movq %rsp, %rdi
    call work_before_return             /* void work_before_return(struct regs *) */
    jmp leave_kernel

/* What was interrupted is the kernel: GS, page tables and stack are its own. But for one instruction, the IRET to a program: what it
   read may be refused (a selector that is none). Everything is the program's again by then, so it is a fault of the program's, as
   if it had come from there: above our frame lie the five words that IRET could not use. */
from_kernel:
    cmpq $return_iret, FRAME_IP(%rsp)
    jne call_trap
    swapgs
    movq %rax, %gs:CPU_SCRATCH
    SWITCH_TO_KERNEL %rax
    movq 40(%rsp), %rax                 /* RSP at the IRET */
    movq %gs:CPU_KERNEL_STACK, %rsp
    pushq 32(%rax)
    pushq 24(%rax)
    pushq 16(%rax)
    pushq 8(%rax)
    orb $3, (%rsp)                      /* whatever it is, it is not the kernel's */
    pushq (%rax)
    pushq $0
    pushq $13
    movq %gs:CPU_SCRATCH, %rax
    jmp call_trap

/* NMI, #DB and #DF can come at any instruction, also where CS says kernel and GS or CR3 do not yet, or no more. They have stacks of
   their own, and look: the kernel's GS base is a negative number. A program's #DB goes the usual way, for it may sleep. */
paranoid_common:
    testb $3, FRAME_CS(%rsp)
    jnz from_program
    SAVE_ALL
    USER_ACCESS_END
    xorl %ebx, %ebx
    movl $MSR_GS_BASE, %ecx
    rdmsr
    testl %edx, %edx
    js 1f
    swapgs
    incl %ebx
1:  SAVE_AND_SWITCH_TO_KERNEL %r12
    movq %rsp, %rdi
    call *trap_function
    RESTORE_ROOT %r12
    testl %ebx, %ebx
    jz 2f
    swapgs
2:  jmp return_to_kernel

/* void return_with(struct regs *): the first entry of a program into user mode is a return from a system call that it never
   made. */
    .globl return_with
return_with:
    movq %rdi, %rsp
    jmp leave_kernel

    .section .rodata
    .balign 8
    .globl exception_entries, interrupt_entries
exception_entries:
    .irp vector, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    .quad exception_\vector
    .endr
    .irp vector, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    .quad exception_\vector
    .endr
interrupt_entries:
    .irp line, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    .quad interrupt_\line
    .endr

    .section .note.GNU-stack,"",@progbits
