/* The stack after an entry into the kernel, lowest address first. The first six words are a
   system call's arguments, so that the C function behind it finds them where any caller would
   have pushed them. */
#ifndef ARCH_REGS_H
#define ARCH_REGS_H

#define REGS_EAX 24
#define REGS_FS 36
#define REGS_VECTOR 44
#define REGS_EIP 52
#define REGS_CS 56
#define REGS_SIZE 72

#ifndef __ASSEMBLER__
#include "cpu.h"

struct regs {
    word ebx, ecx, edx, esi, edi, ebp, ax, ds, es, fs, gs;
    word vector; /* pushed by the stub */
    word error;  /* pushed by the CPU, else 0; the call's number for a system call */
    word ip, cs, flags;
    word sp, ss; /* only if the entry came from ring 3 */
};
_Static_assert(offsetof(struct regs, ax) == REGS_EAX, "entry.S");
_Static_assert(offsetof(struct regs, fs) == REGS_FS, "entry.S");
_Static_assert(offsetof(struct regs, vector) == REGS_VECTOR, "entry.S");
_Static_assert(offsetof(struct regs, ip) == REGS_EIP, "entry.S");
_Static_assert(offsetof(struct regs, cs) == REGS_CS, "entry.S");
_Static_assert(sizeof(struct regs) == REGS_SIZE, "entry.S");

ALWAYS_INLINE bool from_user(const struct regs *regs)
{
    return (regs->cs & 3) == 3;
}

/* How far below the stack pointer a program may write and mean its stack: PUSHA and ENTER touch so
   many bytes before it moves. */
#define BELOW_STACK 32

/* For texts: what the instruction pointer is called. */
#define IP_NAME "eip"

/* Leave the kernel with these registers, which lie at the top of the task's kernel stack. */
void return_with(struct regs *regs) __attribute__((noreturn));
#endif

#endif
