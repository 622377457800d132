/* The end of a task. A thread that ends leaves nothing but, if it leads its group, its number and the
   status; they stay until the group is gone and the parent has asked (wait.c). */
#include "abi/ports.h"
#include "segments.h"
#include "drivers/console.h"
#include "fs/files.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "split/split.h"
#include "task/ptrace.h"
#include "task/sched.h"
#include "trap/syscalls.h"
#include "trap/trap.h"

/* Whoever waits for the thread itself waits for this word to become 0. */
static void release_memory(void)
{
    if (current->clear_child_tid && current->mm->users > 1)
        put_user(0, current->clear_child_tid);
    split_leave_mm();
    mm_put(current->mm);
    current->mm = NULL;
    files_put(current->files);
    current->files = NULL;
}

/* Signals that nobody will act on any more. */
static void release_signals(void)
{
    signal_forget(&current->pending, ~(sigset_t)0);
    if (current->leader->threads == 1)
        signal_forget(&current->leader->group_pending, ~(sigset_t)0);
    sighand_put(current->sighand);
    current->sighand = NULL;
}

/* Children without a parent are pid 1's. */
static void give_children_away(struct task *parent)
{
    struct task *init = find_task(1);
    for_each_task(task) {
        if (task->parent != parent)
            continue;
        task->parent = init;
        if (task->leader == task && is_zombie(task))
            wake_up(&init->children_changed);
    }
}

static struct task *any_thread(const struct task *leader)
{
    for_each_task(task)
        if (task->leader == leader && !is_over(task))
            return task;
    return NULL;
}

/* The signal goes to the process; whichever thread waits for children hears of it as well. */
static void notify(struct task *listener, int signal, const struct task *about, int code, int status)
{
    const struct task *thread = any_thread(listener);
    struct signal_info info = {signal, code, 0, about->pid, (int)about->uid, status};
    bool stopped = code == CLD_STOPPED || code == CLD_TRAPPED;
    word flags = thread ? thread->sighand->action[SIGCHLD - 1].flags : 0;
    if (thread && signal && !(stopped && (flags & SA_NOCLDSTOP)))
        signal_send_group(listener, &info);
    wake_up(&listener->children_changed);
}

/* A traced child is its tracer's business first. */
void notify_parent(struct task *leader, int code, int status)
{
    if (leader->tracer)
        notify(leader->tracer, SIGCHLD, leader, code, status);
    else if (leader->parent)
        notify(leader->parent, leader->exit_signal, leader, code, status);
}

void notify_tracer(struct task *task, int signal)
{
    notify(task->tracer, SIGCHLD, task, CLD_TRAPPED, signal);
}

/* How a process ended, for the one who is told. */
void notify_of_end(struct task *leader)
{
    int signal = leader->status & 0x7F;
    notify_parent(leader, signal ? CLD_KILLED : CLD_EXITED,
                  signal ? signal : (int)(leader->status >> 8 & 0xFF));
}

/* Does the parent want no zombies? */
static bool leaves_no_zombie(const struct task *leader)
{
    const struct task *thread = any_thread(leader->parent);
    if (!thread || leader->exit_signal != SIGCHLD || leader->tracer)
        return false;
    const struct sigaction *action = &thread->sighand->action[SIGCHLD - 1];
    return action->handler == SIG_IGN || (action->flags & SA_NOCLDWAIT);
}

/* The last thread is over: the number and the status are for the parent. The machine ends with
   pid 1. */
static void group_is_over(struct task *leader)
{
    if (leader->pid == 1)
        power_off(POWER_EXITED | leader->status);
    ptrace_release_all(leader);
    give_children_away(leader);
    notify_of_end(leader);
    if (!leaves_no_zombie(leader))
        return;
    if (leader == current)
        leader->state = TASK_DEAD;
    else
        task_free(leader);
}

void task_exit(unsigned status)
{
    struct task *leader = current->leader;
    set_fs(USER_DS); /* an oops may have come while it was not: what is told now is told the program */
    if (current == leader && !leader->group_exits)
        leader->status = status;
    release_memory();
    release_signals();
    trace_process(current, true);
    current->state = current == leader ? TASK_ZOMBIE : TASK_DEAD;
    leader->threads--;
    wake_up(&leader->threads_changed);
    if (leader->threads == 0)
        group_is_over(leader);
    schedule();
    __builtin_unreachable();
}

/* The others go as soon as they are on their way back to the program. */
void group_exit(unsigned status)
{
    struct task *leader = current->leader;
    if (!leader->group_exits) {
        leader->group_exits = true;
        leader->status = status;
        for_each_task(task)
            if (task->leader == leader && task != current && !is_over(task))
                task_interrupt(task);
    }
    task_exit(leader->status);
}

long sys_exit(word code)
{
    task_exit((code & 0xFF) << 8);
}

long sys_exit_group(word code)
{
    group_exit((code & 0xFF) << 8);
}
