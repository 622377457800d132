/* The places at which a script may have another task run in the middle of a system call. The
   kernel is not preempted anywhere else. The word `preempt` of the command line says which of
   them: by name, by number (the N-th that is reached since boot), or at random, by the seed. */
#ifndef TASK_PREEMPT_H
#define TASK_PREEMPT_H

#include "boot/options.h"

#define preemption_point(name)                                                                     \
    do {                                                                                           \
        if (options.preempt[0])                                                                    \
            preempt_here(name);                                                                    \
    } while (0)
void preempt_here(const char *name);

/* How long a task may run while others wait, in the timer's ticks. At random: up to as long. The
   way through the scheduler and out of the kernel is part of it, so a turn cannot be shorter. */
#define SLICE_SHORTEST 32u
uint32_t time_slice(void);

#endif
