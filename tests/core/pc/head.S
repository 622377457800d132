/* A program without a kernel, started as a Multiboot kernel is: protected mode, flat segments, no
   paging. Interrupts come to interrupt(vector, interrupted ip) in C. */
#include "kernel_stub/abi/ports.h"

    .section .multiboot,"a"
    .balign 4
    .long 0x1BADB002, 0, -0x1BADB002

    .text
    .globl _start
_start:
    movl $stack_top, %esp
    lgdt gdt_register
    ljmp $8, $1f
1:  movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss

/* Each gate of the IDT leads to its own stub of 16 bytes, all of them below 64 KiB apart. */
    movl $stubs, %eax
    movl $idt, %edi
    movl $256, %ecx
2:  movw %ax, (%edi)
    movw $8, 2(%edi)
    movw $0x8E00, 4(%edi)
    movl %eax, %edx
    shrl $16, %edx
    movw %dx, 6(%edi)
    addl $16, %eax
    addl $8, %edi
    decl %ecx
    jnz 2b
    lidt idt_register
    call main
    movl $PORT_POWER_OFF, %edx
    xorl %eax, %eax         /* POWER_EXITED */
    outl %eax, %dx
3:  cli
    hlt
    jmp 3b

    .balign 16
stubs:
    .set vector, 0
    .rept 256
    .balign 16
    pushl $vector
    jmp common
    .set vector, vector + 1
    .endr

common:
    pusha
    pushl 36(%esp)          /* IP */
    pushl 36(%esp)          /* vector */
    call interrupt
    addl $8, %esp
    popa
    addl $4, %esp
    iret

    .data
    .balign 8
gdt:
    .quad 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdt_register:
    .word 23
    .long gdt
idt_register:
    .word 2047
    .long idt

    .bss
    .balign 16
idt:
    .skip 2048
    .skip 8192
stack_top:

    .section .note.GNU-stack,"",@progbits
