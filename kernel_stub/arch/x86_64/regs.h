/* The stack after an entry into the kernel, lowest address first. The first six words are a system call's arguments in their
   order. */
#ifndef ARCH_REGS_H
#define ARCH_REGS_H

#define REGS_R10 24
#define REGS_AX 48
#define REGS_CX 56
#define REGS_R11 64
#define REGS_BX 72
#define REGS_VECTOR 120
#define REGS_ERROR 128
#define REGS_IP 136
#define REGS_CS 144
#define REGS_FLAGS 152
#define REGS_SP 160
#define REGS_SS 168
#define REGS_SIZE 176

/* The vector of a frame that INT 80h began: a call of i386's table, whoever makes it, 64-bit code too. */
#define INT80_CALL 0x180

#ifndef __ASSEMBLER__
#include "cpu.h"

struct regs {
    word di, si, dx, r10, r8, r9;
    word ax, cx, r11, bx, bp, r12, r13, r14, r15;
    word vector; /* pushed by the stub */
    word error;  /* pushed by the CPU, else 0; the call's number for a system call */
    word ip, cs, flags, sp, ss;
};
_Static_assert(offsetof(struct regs, r10) == REGS_R10, "entry.S");
_Static_assert(offsetof(struct regs, ax) == REGS_AX, "entry.S");
_Static_assert(offsetof(struct regs, r11) == REGS_R11, "entry.S");
_Static_assert(offsetof(struct regs, bx) == REGS_BX, "entry.S");
_Static_assert(offsetof(struct regs, vector) == REGS_VECTOR, "entry.S");
_Static_assert(offsetof(struct regs, ip) == REGS_IP, "entry.S");
_Static_assert(offsetof(struct regs, sp) == REGS_SP, "entry.S");
_Static_assert(sizeof(struct regs) == REGS_SIZE, "entry.S");

ALWAYS_INLINE bool from_user(const struct regs *regs)
{
    return (regs->cs & 3) == 3;
}

/* How far below the stack pointer a program may write and mean its stack: the ABI's red zone, as in the first x86-64 Linuxes. */
#define BELOW_STACK 128

/* For texts: what the instruction pointer is called. */
#define IP_NAME "rip"

/* Leave the kernel with these registers, which lie at the top of the task's kernel stack. */
void return_with(struct regs *regs) __attribute__((noreturn));
#endif

#endif
