/* A kernel that stops the CPU with interrupts off: nothing will ever happen again. */
    .section .multiboot,"a"
    .long 0x1BADB002, 0, -0x1BADB002
    .text
    .globl _start
_start:
    cli
    hlt
    jmp _start
