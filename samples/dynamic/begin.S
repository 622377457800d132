/* The interpreter begins, and leaves the stack to the program as the kernel has made it. */
    .text
    .globl _start
_start:
#ifdef __x86_64__
    movq %rsp, %rdi
    call interpret
    jmp *%rax
#else
    movl %esp, %eax
    pushl %eax
    call interpret
    addl $4, %esp
    jmp *%eax
#endif

    .section .note.GNU-stack,"",@progbits
