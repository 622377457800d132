/* From RESET to the monitor in C: real mode, a GDT by LGDT with its 24-bit base, protected mode. */
#include "layout.h"

    .section .reset, "ax"
    .code16
    .globl reset
reset:
    ljmpw   $0xf000, $start_16
    .org    16

    .text
    .globl  start, first_gdt_register
start:
    cli
    cld
    movw    %cs, %ax
    movw    %ax, %ds
    lgdtw   first_gdt_register_16
    movl    %cr0, %eax
    orb     $1, %al
    andl    $0x9fffffff, %eax /* caches on */
    movl    %eax, %cr0
    ljmpl   $FLAT_CODE, $protected

    .code32
protected:
    movw    $FLAT_DATA, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movw    %ax, %fs
    movw    %ax, %gs
    movl    $MONITOR_STACK, %esp
    call    monitor
    movw    $0x8900, %dx /* Bochs ends by this word */
    movl    $farewell, %esi
1:  lodsb
    outb    %al, %dx
    testb   %al, %al
    jnz     1b
    outb    %al, $0xf4 /* QEMU's isa-debug-exit */
    cli
2:  hlt
    jmp     2b

farewell:
    .asciz  "Shutdown"
    .balign 8
first_gdt:
    .quad   0
    .quad   0x00cf9b000000ffff
    .quad   0x00cf93000000ffff
first_gdt_register:
    .word   . - first_gdt - 1
    .long   first_gdt
