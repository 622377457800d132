#include "task/threads.h"

#include "task/sched.h"
#include "trap/tracepoint.h"

/* A group is known by its leader's number. If another thread than the leader remains, it takes the
   number and the leader's place in the family; the old leader, which is over, gets its number and
   goes. */
static void become_leader(void)
{
    struct task *old = current->leader;
    int pid = current->pid;
    trace(TP_SCHED, (word)pid, (word)old->pid, 0, 0, 0); /* the same thread runs, by another number */
    current->pid = old->pid;
    old->pid = pid;
    current->leader = current;
    current->parent = old->parent;
    current->tracer = old->tracer;
    current->exit_signal = old->exit_signal;
    current->group_pending = old->group_pending;
    current->threads = 1;
    for_each_task(task) {
        if (task->parent == old)
            task->parent = current;
        if (task->tracer == old)
            task->tracer = current;
    }
    task_free(old);
}

/* Each goes when it is next on its way back to the program. */
bool end_other_threads(void)
{
    struct task *leader = current->leader;
    for_each_task(task) {
        if (task->leader == leader && task != current && !is_over(task)) {
            task->must_exit = true;
            if (task->state == TASK_STOPPED)
                task_wake(task);
            task_interrupt(task);
        }
    }
    wake_up(&leader->threads_changed);
    wait_event(&leader->threads_changed, leader->threads == 1 || current->must_exit);
    if (current->must_exit)
        return false;
    if (current != leader)
        become_leader();
    return true;
}
