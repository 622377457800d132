/* What a Multiboot loader left in the registers, for multiboot.c: taken down before anything changes it. */
#include "kernel_stub/abi/ports.h"

    .section .multiboot,"a"
    .balign 4
    .long 0x1BADB002, 3, -(0x1BADB002 + 3) /* modules on page boundaries; the size of memory */

    .text
    .globl _start
_start:
    movl %eax, entry_eax
    movl %ebx, entry_ebx
    movl $stack_top, %esp
    pushfl
    popl entry_eflags
    movl %cr0, %eax
    movl %eax, entry_cr0
    cld
    call main
    movl $PORT_POWER_OFF, %edx
    xorl %eax, %eax         /* POWER_EXITED */
    outl %eax, %dx
1:  cli
    hlt
    jmp 1b

    .bss
    .balign 16
    .skip 4096
stack_top:
    .globl entry_eax, entry_ebx, entry_eflags, entry_cr0
entry_eax:
    .skip 4
entry_ebx:
    .skip 4
entry_eflags:
    .skip 4
entry_cr0:
    .skip 4
