/* The registers of an interrupted program as its signal handler finds them, and may change them: Linux's layout
   (asm/sigcontext.h, ucontext.h). No x87 state is kept: fpstate is NULL. */
#ifndef RINGSIDE_ABI_SIGCONTEXT_H
#define RINGSIDE_ABI_SIGCONTEXT_H

#include "signal.h"

#ifdef __x86_64__
struct sigcontext {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp;
    uint64_t rip, eflags;
    uint16_t cs, gs, fs, ss;
    uint64_t err, trapno; /* of the last fault */
    uint64_t oldmask, cr2, fpstate, reserved[8];
};
#else
struct sigcontext {
    uint32_t gs, fs, es, ds; /* the low halves */
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t trapno, err; /* of the last fault */
    uint32_t eip, cs, eflags, esp_at_signal, ss;
    uint32_t fpstate, oldmask, cr2;
};
#endif

/* Their names in it, for programs of either size. */
#ifdef __x86_64__
#define CONTEXT_IP rip
#define CONTEXT_SP rsp
#define CONTEXT_AX rax
#else
#define CONTEXT_IP eip
#define CONTEXT_SP esp
#define CONTEXT_AX eax
#endif

struct ucontext {
    unsigned long flags, link;
    struct sigaltstack stack;
    struct sigcontext registers;
    sigset_t mask;
};

#endif
