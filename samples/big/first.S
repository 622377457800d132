/* The first instruction that the program runs. The kernel left its arguments where the stack pointer is. */
    .section .text.first,"ax",@progbits
    .globl first
first:
    xorl %ebp, %ebp
#ifdef __x86_64__
    movq %rsp, %rdi
#else
    movl %esp, %eax
    pushl %eax
#endif
    call measure                        /* does not return */

    .section .note.GNU-stack,"",@progbits
