/* Exceptions, system calls, and what they do to a program that went wrong. */
#ifndef TRAP_TRAP_H
#define TRAP_TRAP_H

#define SYSCALL_TABLE_SIZE 1200 /* Linux's numbers; from 1024 the teaching calls; from 1100 a lab's */
#define SYSTEM_CALL_VECTOR 0x80

#ifndef __ASSEMBLER__
#include "regs.h"

void trap(struct regs *regs);                     /* trap.c; called by entry.S, as is */
void work_before_return(struct regs *regs);
void page_fault(struct regs *regs, word address); /* page_fault.c */

/* Also of INT80_CALL, which a 64-bit kernel's frame has. */
ALWAYS_INLINE bool is_system_call(const struct regs *regs)
{
    return (uint8_t)regs->vector == SYSTEM_CALL_VECTOR;
}

/* oops.c */
void oops(const char *what, const struct regs *regs, const word *address) __attribute__((noreturn));
void panic(const char *text, ...) __attribute__((noreturn));

/* What lab_stat counts since boot. */
struct kernel_counters {
    word page_faults, fixups, softwalks, kmaps, soft_faults;
    word kernel_hits; /* watchpoints that the kernel hit, if that is counted */
};
extern struct kernel_counters counters;
#endif

#endif
