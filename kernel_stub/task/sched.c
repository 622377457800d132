/* The scheduler: round robin over the list of all tasks. */
#include "task/sched.h"

#include "debug.h"
#include "user_segments.h"
#include "split/split.h"
#include "task/timer.h"
#include "trap/tracepoint.h"

struct task *current;
static struct task *previous; /* who gave the CPU away last */

/* The next one after current that is runnable, current itself last; NULL: nobody is. */
static struct task *next_runnable(void)
{
    struct task *task = current;
    do {
        task = task->next ? task->next : tasks;
        if (task->state == TASK_RUNNING)
            return task;
    } while (task != current);
    return NULL;
}

/* Nobody can run: stop the CPU until an interrupt has made somebody runnable. It happens on the
   stack of the task that ran last, but in nobody's name. */
static struct task *idle(void)
{
    struct task *next = NULL;
    timer_set();
    trace(TP_SCHED, (word)current->pid, 0, 0, 0, 0);
    while (!next) {
        wait_for_interrupt();
        next = next_runnable();
    }
    trace(TP_SCHED, 0, (word)next->pid, 0, 0, 0);
    return next;
}

void schedule(void)
{
    word flags = irq_save();
    current->work &= ~WORK_SCHEDULE;
    struct task *next = next_runnable();
    if (!next)
        next = idle();
    else if (next != current)
        trace(TP_SCHED, (word)current->pid, (word)next->pid, 0, 0, 0);

    previous = current;
    current = next;
    timer_set();
    if (next != previous) {
        split_switch_to(next);
        user_segments_load(next);
        debug_registers_load(next);
        switch_stacks(&previous->sp, next->sp);
        finish_switch(); /* much later, and `previous` is another */
    }
    irq_restore(flags);
}

/* We are on a stack of our own: the one that a dead task left can go. */
void finish_switch(void)
{
    if (previous && previous->state == TASK_DEAD)
        task_free(previous);
    previous = NULL;
}

/* From the boot's stack, to which nobody returns, to that of pid 1. */
void start_first_task(void)
{
    word boot_esp;
    current = tasks;
    trace(TP_SCHED, 0, (word)current->pid, 0, 0, 0);
    split_switch_to(current);
    switch_stacks(&boot_esp, current->sp);
    __builtin_unreachable();
}

bool others_want_to_run(void)
{
    for_each_task(task)
        if (task != current && task->state == TASK_RUNNING)
            return true;
    return false;
}

void task_wake(struct task *task)
{
    task->waits_on = NULL;
    task->wake_at = 0;
    task->state = TASK_RUNNING;
    if (task == current || !current)
        return;
    word flags = irq_save();
    timer_set();
    irq_restore(flags);
}

void task_interrupt(struct task *task)
{
    task->work |= WORK_SIGNAL;
    if (task->state == TASK_INTERRUPTIBLE)
        task_wake(task);
}

bool signal_is_pending(void)
{
    return current->work & WORK_SIGNAL;
}

void wait_prepare(const struct wait_queue *queue, enum task_state how)
{
    current->waits_on = queue;
    current->state = how;
}

void wait_finish(void)
{
    task_wake(current);
}

void wake_up(struct wait_queue *queue)
{
    queue->wakes++;
    for_each_task(task)
        if (task->waits_on == queue)
            task_wake(task);
}

long sys_sched_yield(void)
{
    schedule();
    return 0;
}
