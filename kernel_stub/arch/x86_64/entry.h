/* Steps of an entry into the kernel, for assembly. */
#ifndef ARCH_ENTRY_H
#define ARCH_ENTRY_H

#define ASM_TP_SYSCALL 1
#define ASM_TP_SYSCALL_RET 2

#ifdef __ASSEMBLER__
/* The rest of struct regs. A program may have left DF set: C wants it clear. */
.macro SAVE_ALL
    pushq %r15
    pushq %r14
    pushq %r13
    pushq %r12
    pushq %rbp
    pushq %rbx
    pushq %r11
    pushq %rcx
    pushq %rax
    pushq %r9
    pushq %r8
    pushq %r10
    pushq %rdx
    pushq %rsi
    pushq %rdi
    cld
.endm
.macro RESTORE_ALL
    popq %rdi
    popq %rsi
    popq %rdx
    popq %r10
    popq %r8
    popq %r9
    popq %rax
    popq %rcx
    popq %r11
    popq %rbx
    popq %rbp
    popq %r12
    popq %r13
    popq %r14
    popq %r15
.endm

/* Offsets in what is on the stack so far: vector, error, and the CPU's own five. */
#define FRAME_IP 16
#define FRAME_CS 24

/* From the entry stack to the task's: the seven words move. RAX is lost, its value in CPU_SCRATCH. */
.macro LEAVE_ENTRY_STACK
    movq %rsp, %rax
    movq %gs:CPU_KERNEL_STACK, %rsp
    pushq 48(%rax)
    pushq 40(%rax)
    pushq 32(%rax)
    pushq 24(%rax)
    pushq 16(%rax)
    pushq 8(%rax)
    pushq (%rax)
    movq %gs:CPU_SCRATCH, %rax
.endm
#endif

#endif
