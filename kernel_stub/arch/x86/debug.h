/* The debug registers, which every thread has for itself. SDM volume 3, chapter 17.2. */
#ifndef ARCH_DEBUG_H
#define ARCH_DEBUG_H

#include "regs.h"

#define DR6_HITS 0x0000000Fu /* bit n: the condition of DRn was met */
#define DR6_STEP 0x00004000u /* EFLAGS.TF */
#define DR7_ENABLE 0x000000FFu
#define DR7_USED 0xFFFF00FFu /* enable bits, then kind and length of each; the rest is the CPU's */

/* What becomes of a watchpoint that the kernel itself hits while it works for a program. Under 4G/4G
   there is no such hit: the same number is other memory there. */
enum kernel_hits { KERNEL_HITS_IGNORED, KERNEL_HITS_SIGNALLED, KERNEL_HITS_COUNTED };

struct task;

void debug_exception(struct regs *regs);
void debug_registers_load(const struct task *next); /* with every switch of tasks */
/* 0 or an error number, negated. */
long debug_register_set(struct task *task, unsigned n, word value);

#endif
