/* Wants to stop the machine from ring 3: #GP(0), SIGSEGV. */
    .globl _start
_start:
    cli
    hlt
