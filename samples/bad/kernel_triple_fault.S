/* A kernel without an interrupt table that meets an exception: triple fault, the machine shuts down. */
    .section .multiboot,"a"
    .long 0x1BADB002, 0, -0x1BADB002
    .text
    .globl _start
_start:
    lidt no_table
    ud2
no_table:
    .word 0
    .long 0
