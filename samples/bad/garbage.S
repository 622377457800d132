/* Executes bytes that are no instruction: #UD, SIGILL. */
    .globl _start
_start:
    nop
    .byte 0x0F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF
