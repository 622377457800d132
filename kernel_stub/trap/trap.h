/* Exceptions, system calls, and what they do to a program that went wrong. */
#ifndef TRAP_TRAP_H
#define TRAP_TRAP_H

#define SYSCALL_TABLE_SIZE 1040 /* Linux's numbers and, from 1024, the teaching calls */

#ifndef __ASSEMBLER__
#include "arch/i386/regs.h"

void trap(struct regs *regs);                     /* trap.c; called by entry.S */
void page_fault(struct regs *regs, word address); /* page_fault.c */

/* signal.c */
enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9, SIGSEGV = 11 };
enum { SEGV_MAPERR = 1, SEGV_ACCERR = 2, BUS_ADRALN = 1, BUS_ADRERR = 2 };
enum { ILL_ILLOPN = 2, FPE_INTDIV = 1, TRAP_TRACE = 2, SI_KERNEL = 0x80 };
void signal_send(int signal, int code, word address);
void oops(const char *what, const struct regs *regs, const word *address) __attribute__((noreturn));
void panic(const char *text, ...) __attribute__((noreturn));

/* What lab_stat counts since boot. */
struct kernel_counters {
    word page_faults, fixups, softwalks, kmaps, soft_faults;
};
extern struct kernel_counters counters;
#endif

#endif
