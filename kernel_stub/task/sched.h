/* Who runs, who waits. The kernel itself is never preempted: a task gives the CPU away by calling
   schedule(), because it waits for something or, on the way back to its program, because its
   time is over. */
#ifndef TASK_SCHED_H
#define TASK_SCHED_H

#include "task/task.h"

void schedule(void); /* sched.c: let the next runnable task run; returns when it is our turn */
void finish_switch(void);
void start_first_task(void) __attribute__((noreturn));
bool others_want_to_run(void);
void task_wake(struct task *task);
void task_interrupt(struct task *task); /* it has something to see to; a sleep may end early */

/* fork.c; arch/i386/switch.S calls it */
void begin_child(void);

/* arch/i386/switch.S */
void switch_stacks(word *save_esp, word load_esp);
void return_from_fork(void);

void wait_prepare(const struct wait_queue *queue, enum task_state how);
void wait_finish(void);
void wake_up(struct wait_queue *queue);
bool signal_is_pending(void);

/* Sleep until condition is true. It is looked at after the task has said that it waits: whoever
   makes it true in between, an interrupt perhaps, finds a waiter and wakes it, and schedule()
   returns at once. */
#define wait_event(queue, condition)                                                               \
    do {                                                                                           \
        for (;;) {                                                                                 \
            wait_prepare(queue, TASK_UNINTERRUPTIBLE);                                             \
            if (condition)                                                                         \
                break;                                                                             \
            schedule();                                                                            \
        }                                                                                          \
        wait_finish();                                                                             \
    } while (0)

/* The same, but a signal ends it too. True: the condition holds. */
#define wait_event_interruptible(queue, condition)                                                 \
    ({                                                                                             \
        bool holds_;                                                                               \
        for (;;) {                                                                                 \
            wait_prepare(queue, TASK_INTERRUPTIBLE);                                               \
            holds_ = (condition);                                                                  \
            if (holds_ || signal_is_pending())                                                     \
                break;                                                                             \
            schedule();                                                                            \
        }                                                                                          \
        wait_finish();                                                                             \
        holds_;                                                                                    \
    })

#endif
