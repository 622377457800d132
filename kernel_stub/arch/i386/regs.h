/* The stack after an entry into the kernel, lowest address first. The first six words are a
   system call's arguments, so that the C function behind it finds them where any caller would
   have pushed them. */
#ifndef ARCH_REGS_H
#define ARCH_REGS_H

#define REGS_EAX 24
#define REGS_VECTOR 36
#define REGS_EIP 44
#define REGS_CS 48
#define REGS_SIZE 64

#ifndef __ASSEMBLER__
#include "arch/i386/cpu.h"

struct regs {
    word ebx, ecx, edx, esi, edi, ebp, eax, ds, es;
    word vector; /* pushed by the stub */
    word error;  /* pushed by the CPU, else 0; the call's number for a system call */
    word eip, cs, eflags;
    word esp, ss; /* only if the entry came from ring 3 */
};
_Static_assert(offsetof(struct regs, eax) == REGS_EAX, "entry.S");
_Static_assert(offsetof(struct regs, vector) == REGS_VECTOR, "entry.S");
_Static_assert(offsetof(struct regs, eip) == REGS_EIP, "entry.S");
_Static_assert(offsetof(struct regs, cs) == REGS_CS, "entry.S");
_Static_assert(sizeof(struct regs) == REGS_SIZE, "entry.S");

ALWAYS_INLINE bool from_user(const struct regs *regs)
{
    return (regs->cs & 3) == 3;
}

/* Leave the kernel with these registers, which lie at the top of the task's kernel stack. */
void return_with(struct regs *regs) __attribute__((noreturn));
/* Continue at `function` on another kernel stack. */
void call_on_stack(void *stack_top, void (*function)(void)) __attribute__((noreturn));
#endif

#endif
