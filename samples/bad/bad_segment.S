/* Loads the kernel's data segment into DS: #GP(selector), SIGSEGV. */
    .globl _start
_start:
    movl $0x18, %eax
    movl %eax, %ds
