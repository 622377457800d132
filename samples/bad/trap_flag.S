/* Sets the trap flag, to be stopped after the next instruction: #DB, SIGTRAP. */
    .globl _start
_start:
    pushfl
    orl $0x100, (%esp)
    popfl
    nop
    nop
