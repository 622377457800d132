/* A lock whose waiters sleep. The kernel is not preempted, so it takes no atomic instruction: a
   holder who never sleeps would not need the lock at all. */
#ifndef TASK_MUTEX_H
#define TASK_MUTEX_H

#include "task/sched.h"

struct mutex {
    bool locked;
    struct wait_queue free_again;
};

static inline void mutex_lock(struct mutex *mutex)
{
    if (mutex->locked)
        wait_event(&mutex->free_again, !mutex->locked);
    mutex->locked = true;
}

static inline void mutex_unlock(struct mutex *mutex)
{
    mutex->locked = false;
    wake_up(&mutex->free_again);
}

#endif
