/* What a tracer can read and write of a process besides its memory: `struct user` as PTRACE_PEEKUSER addresses it
   by byte offsets, and the requests. Linux's values (sys/ptrace.h, asm/user.h). */
#ifndef RINGSIDE_ABI_USER_H
#define RINGSIDE_ABI_USER_H

enum {
    PTRACE_TRACEME = 0,
    PTRACE_PEEKTEXT = 1,
    PTRACE_PEEKDATA = 2,
    PTRACE_PEEKUSER = 3,
    PTRACE_POKETEXT = 4,
    PTRACE_POKEDATA = 5,
    PTRACE_POKEUSER = 6,
    PTRACE_CONT = 7,
    PTRACE_KILL = 8,
    PTRACE_SINGLESTEP = 9,
    PTRACE_GETREGS = 12,
    PTRACE_ATTACH = 16,
    PTRACE_DETACH = 17
};

/* The registers, at offset 0, and all of what GETREGS gives. */
#ifdef __x86_64__
struct user_regs {
    unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs, eflags, rsp,
        ss, fs_base, gs_base, ds, es, fs, gs;
};

#define USER_DEBUG_REGISTERS 848
#define USER_SIZE 912
#else
struct user_regs {
    unsigned long ebx, ecx, edx, esi, edi, ebp, eax, ds, es, fs, gs, orig_eax, eip, cs, eflags, esp, ss;
};

#define USER_DEBUG_REGISTERS 252 /* offset of DR0; eight words */
#define USER_SIZE 284
#endif

#endif
