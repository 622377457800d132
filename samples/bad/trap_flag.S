/* Sets the trap flag, to be stopped after the next instruction: #DB, SIGTRAP. */
    .globl _start
_start:
#ifdef __x86_64__
    pushfq
    orl $0x100, (%rsp)
    popfq
#else
    pushfl
    orl $0x100, (%esp)
    popfl
#endif
    nop
    nop
