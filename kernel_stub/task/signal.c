/* Sending signals, and keeping them until their task can act. */
#include "task/signal.h"

#include "mm/mm.h"
#include "task/sched.h"

#define IGNORED_BY_DEFAULT                                                                         \
    (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH))
#define STOPS                                                                                      \
    (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU))

struct sighand *sighand_copy(const struct sighand *from)
{
    struct sighand *sighand = kmalloc(sizeof *sighand);
    if (!sighand)
        return NULL;
    if (from)
        *sighand = *from;
    sighand->users = 1;
    return sighand;
}

void sighand_put(struct sighand *sighand)
{
    if (--sighand->users == 0)
        kfree(sighand);
}

/* Nobody would notice it. A blocked signal is kept: its handler may change before it is let in. */
static bool is_ignored(const struct task *task, int signal)
{
    word handler = task->sighand->action[signal - 1].handler;
    if (task->blocked & SIGNAL_BIT(signal))
        return false;
    return handler == SIG_IGN || (handler == SIG_DFL && (IGNORED_BY_DEFAULT & SIGNAL_BIT(signal)));
}

/* Signals up to 31 are pending once, the others are queued. Without memory the signal itself still
   arrives, and nothing is known of its cause. */
static void enqueue(struct pending_signals *pending, const struct signal_info *info)
{
    if (info->signal < 32 && (pending->set & SIGNAL_BIT(info->signal)))
        return;
    pending->set |= SIGNAL_BIT(info->signal);
    struct signal_queue *entry = kmalloc(sizeof *entry);
    if (!entry)
        return;
    entry->info = *info;
    struct signal_queue **link = &pending->first;
    while (*link)
        link = &(*link)->next;
    *link = entry;
}

void signal_forget(struct pending_signals *pending, sigset_t which)
{
    struct signal_queue **link = &pending->first;
    pending->set &= ~which;
    while (*link) {
        struct signal_queue *entry = *link;
        if (which & SIGNAL_BIT(entry->info.signal)) {
            *link = entry->next;
            kfree(entry);
        } else {
            link = &entry->next;
        }
    }
}

/* The lowest number first; false: nothing that is wanted. */
static bool dequeue(struct pending_signals *pending, sigset_t wanted, struct signal_info *info)
{
    int signal = 1;
    while (signal <= SIGNALS && !(pending->set & wanted & SIGNAL_BIT(signal)))
        signal++;
    if (signal > SIGNALS)
        return false;
    *info = (struct signal_info){.signal = signal};
    bool more = false;
    struct signal_queue **link = &pending->first;
    while (*link && (*link)->info.signal != signal)
        link = &(*link)->next;
    if (*link) {
        struct signal_queue *entry = *link;
        *info = entry->info;
        *link = entry->next;
        kfree(entry);
        for (entry = *link; entry; entry = entry->next)
            more |= entry->info.signal == signal;
    }
    if (!more)
        pending->set &= ~SIGNAL_BIT(signal);
    return true;
}

bool signal_take(struct signal_info *info)
{
    bool taken = dequeue(&current->pending, ~current->blocked, info) ||
                 dequeue(&current->leader->group_pending, ~current->blocked, info);
    signal_update_work(current);
    return taken;
}

/* Has the task a signal to act on, or an order to its whole group? */
void signal_update_work(struct task *task)
{
    const struct task *leader = task->leader;
    sigset_t pending = task->pending.set | leader->group_pending.set;
    if ((pending & ~task->blocked) || leader->group_exits || leader->group_stop ||
        task->must_exit)
        task->work |= WORK_SIGNAL;
    else
        task->work &= ~WORK_SIGNAL;
}

static void notice(struct task *task)
{
    signal_update_work(task);
    if (task->work & WORK_SIGNAL)
        task_interrupt(task);
}

/* SIGCONT lets a stopped group go on whatever its handler is, and so does SIGKILL, or it would not
   end; a stop and a SIGCONT that are still pending undo each other. */
static void stop_or_continue(struct task *leader, int signal)
{
    sigset_t undone = SIGNAL_BIT(signal) & STOPS ? SIGNAL_BIT(SIGCONT) : signal == SIGCONT ? STOPS : 0;
    signal_forget(&leader->group_pending, undone);
    for_each_task(task) {
        if (task->leader != leader || is_over(task))
            continue;
        signal_forget(&task->pending, undone);
        if (task->state == TASK_STOPPED &&
            (signal == SIGKILL || (signal == SIGCONT && !task->traced_stop)))
            task_wake(task);
    }
    if (signal == SIGCONT || signal == SIGKILL)
        leader->group_stop = 0;
}

void signal_send(struct task *task, const struct signal_info *info)
{
    stop_or_continue(task->leader, info->signal);
    if (is_ignored(task, info->signal) && !task->tracer)
        return;
    enqueue(&task->pending, info);
    notice(task);
}

/* To a process: whichever of its threads lets it in, acts. */
void signal_send_group(struct task *leader, const struct signal_info *info)
{
    stop_or_continue(leader, info->signal);
    struct task *taker = NULL;
    for_each_task(task)
        if (task->leader == leader && !is_over(task) &&
            (!taker || (taker->blocked & SIGNAL_BIT(info->signal))))
            taker = task;
    if (!taker || (is_ignored(taker, info->signal) && !taker->tracer))
        return;
    enqueue(&leader->group_pending, info);
    notice(taker);
}

/* A fault cannot wait: if the program blocks or ignores its signal, it gets the default action. */
void signal_force(int signal, int code, word address)
{
    struct sigaction *action = &current->sighand->action[signal - 1];
    if ((current->blocked & SIGNAL_BIT(signal)) || action->handler == SIG_IGN)
        action->handler = SIG_DFL;
    current->blocked &= ~SIGNAL_BIT(signal);
    struct signal_info info = {.signal = signal, .code = code, .address = address};
    signal_send(current, &info);
}
