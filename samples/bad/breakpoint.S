/* Has a breakpoint and no debugger: #BP, SIGTRAP. */
    .globl _start
_start:
    int3
