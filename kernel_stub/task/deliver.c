/* Acting on signals, on the way back to the program: a handler, or what the signal does by default. */
#include "abi/errno.h"
#include "task/ptrace.h"
#include "task/sched.h"
#include "task/signal.h"
#include "trap/tracepoint.h"
#include "trap/trap.h"

/* Does it end the program, or only stop it? What it ignores does not come here but for a tracer. */
static bool stops(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static bool is_harmless(int signal)
{
    return signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH;
}

static void tell(const struct signal_info *info)
{
    bool sent = info->code == SI_USER || info->code == SI_TKILL || info->signal == SIGCHLD;
    trace(TP_SIGNAL, (word)info->signal, (word)info->code, sent ? (word)info->pid : info->address,
          (word)info->uid, (word)info->status);
}

/* Sleep until SIGCONT. Every thread of the group does, and the parent is told once. */
static void stop_group(int signal)
{
    struct task *leader = current->leader;
    if (!leader->group_stop) {
        leader->group_stop = signal;
        leader->stop_status = (unsigned)signal << 8 | 0x7F;
        for_each_task(task)
            if (task->leader == leader && task != current && !is_over(task))
                task_interrupt(task);
        notify_parent(leader, CLD_STOPPED, signal);
    }
    current->state = TASK_STOPPED;
    schedule();
    signal_update_work(current);
}

/* A system call that ended with ERESTARTSYS: put the program back on its INT 80h, with the number
   that it had in EAX. */
static bool wants_restart(const struct regs *regs)
{
    return is_system_call(regs) && regs->ax == (word)-ERESTARTSYS;
}

static void restart(struct regs *regs)
{
    regs->ax = regs->error;
    regs->ip -= 2;
}

/* The program goes on in its handler; what it was doing comes back by sigreturn. */
static void handle(struct regs *regs, const struct signal_info *info)
{
    struct sigaction *slot = &current->sighand->action[info->signal - 1], action = *slot;
    if (wants_restart(regs)) {
        if (action.flags & SA_RESTART)
            restart(regs);
        else
            regs->ax = (word)-EINTR;
    }
    if (action.flags & SA_RESETHAND)
        slot->handler = SIG_DFL;
    sigset_t before = current->blocked;
    if (!signal_push_frame(regs, &action, info, before)) {
        if (info->signal == SIGSEGV)
            slot->handler = SIG_DFL; /* or the handler's own fault would come back for ever */
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return;
    }
    current->blocked |= action.mask;
    if (!(action.flags & SA_NODEFER))
        current->blocked |= SIGNAL_BIT(info->signal);
    current->blocked &= ~UNBLOCKABLE;
    signal_update_work(current);
}

void signal_deliver(struct regs *regs)
{
    struct signal_info info;
    if (current->must_exit)
        task_exit(0);
    if (current->leader->group_exits)
        task_exit(current->leader->status);
    if (current->leader->group_stop)
        stop_group(current->leader->group_stop);
    while (signal_take(&info)) {
        if (!ptrace_signal(&info))
            continue;
        word handler = current->sighand->action[info.signal - 1].handler;
        if (handler == SIG_IGN || (handler == SIG_DFL && is_harmless(info.signal)))
            continue;
        tell(&info);
        if (handler != SIG_DFL) {
            handle(regs, &info);
            return;
        }
        if (!stops(info.signal))
            group_exit((unsigned)info.signal);
        stop_group(info.signal);
    }
    if (wants_restart(regs))
        restart(regs);
}
