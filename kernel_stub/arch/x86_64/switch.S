/* From one kernel stack to another, and the descriptor tables' loading. */
#include "cpu_area.h"
#include "layout.h"
#include "segments.h"

    .text
/* void switch_stacks(word *save_sp, word load_sp): what a C caller expects to survive a call stays on the stack that is left;
   the same comes from the other one, where its task called this function before. For the caller it is a call that takes
   long. */
    .globl switch_stacks
switch_stacks:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret

/* Where a child begins: its stack was made to look as if it had called switch_stacks here, with the number of the parent's
   system call in RBX and the parent's registers above. It returns from that call too, with 0. */
    .globl return_from_fork
return_from_fork:
    call begin_child
    xorl %eax, %eax
    jmp system_call_done

/* void descriptors_load(void) */
    .globl descriptors_load
descriptors_load:
    lgdt gdt_pointer
    lidt idt_pointer
    movl $KERNEL_DS, %eax
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    lldt %ax
    movl $TSS_SELECTOR, %eax
    ltr %ax
    popq %rdx
    pushq $KERNEL_CS
    pushq %rdx
    lretq

    .section .rodata
    .balign 8
    .word 0, 0, 0                       /* so that the base is aligned */
gdt_pointer:
    .word GDT_SIZE - 1
    .quad AREA_GDT
    .word 0, 0, 0
idt_pointer:
    .word 256 * 16 - 1
    .quad AREA_IDT

    .section .note.GNU-stack,"",@progbits
