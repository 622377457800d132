/* The system calls of signals, but for those that return from a handler. */
#include "abi/errno.h"
#include "mm/uaccess.h"
#include "task/sched.h"
#include "task/signal.h"
#include "trap/syscalls.h"

static bool is_signal(int signal)
{
    return signal >= 1 && signal <= SIGNALS;
}

long sys_rt_sigaction(int signal, const struct sigaction *wish, struct sigaction *old, word size)
{
    struct sigaction new;
    if (size != sizeof(sigset_t))
        return -EINVAL;
    if (wish && copy_from_user(&new, wish, sizeof new))
        return -EFAULT;
    if (!is_signal(signal) || (wish && (SIGNAL_BIT(signal) & UNBLOCKABLE)))
        return -EINVAL;
    struct sigaction *slot = &current->sighand->action[signal - 1], before = *slot;
    if (wish) {
        *slot = new;
        slot->mask &= ~UNBLOCKABLE;
    }
    return old && copy_to_user(old, &before, sizeof before) ? -EFAULT : 0;
}

long sys_rt_sigprocmask(int how, const sigset_t *wish, sigset_t *old, word size)
{
    sigset_t set, before = current->blocked;
    if (size != sizeof set)
        return -EINVAL;
    if (wish) {
        if (copy_from_user(&set, wish, sizeof set))
            return -EFAULT;
        if (how == SIG_BLOCK)
            set |= before;
        else if (how == SIG_UNBLOCK)
            set = before & ~set;
        else if (how != SIG_SETMASK)
            return -EINVAL;
        current->blocked = set & ~UNBLOCKABLE;
        signal_update_work(current);
    }
    return old && copy_to_user(old, &before, sizeof before) ? -EFAULT : 0;
}

/* The stack on which handlers with SA_ONSTACK run; not to be changed under their feet. */
long sys_sigaltstack(const struct sigaltstack *wish, struct sigaltstack *old)
{
    struct sigaltstack new, before = current->altstack;
    bool on_it = user_regs()->sp - before.sp < before.size;
    before.flags = before.size == 0 ? SS_DISABLE : on_it ? SS_ONSTACK : 0;
    if (wish) {
        if (copy_from_user(&new, wish, sizeof new))
            return -EFAULT;
        if (on_it)
            return -EPERM;
        if (new.flags & ~SS_DISABLE)
            return -EINVAL;
        if (new.flags == SS_DISABLE)
            new.sp = new.size = 0;
        else if (new.size < MINSIGSTKSZ)
            return -ENOMEM;
        current->altstack = new;
    }
    return old && copy_to_user(old, &before, sizeof before) ? -EFAULT : 0;
}

/* Who is not root may send to processes of the same user. */
static bool may_signal(const struct task *task)
{
    return current->euid == 0 || current->euid == task->uid || current->uid == task->uid;
}

/* Signal 0 only asks whether it could be sent. */
static long send(struct task *task, int signal, int code, bool to_group)
{
    struct signal_info info = {signal, code, 0, current->leader->pid, (int)current->uid, 0};
    if (!may_signal(task))
        return -EPERM;
    if (signal == 0)
        return 0;
    if (to_group)
        signal_send_group(task, &info);
    else
        signal_send(task, &info);
    return 0;
}

/* All processes are in one process group, number 1: that is what 0 and -1 mean. To everybody (-1)
   is to all but pid 1 and the sender. */
static long kill_many(int pid, int signal)
{
    long result = -ESRCH;
    if (pid < -1)
        return result;
    for_each_task(task) {
        bool spared = pid == -1 && (task->pid == 1 || task == current->leader);
        if (task->leader != task || task->threads == 0 || spared)
            continue;
        long error = send(task, signal, SI_USER, true);
        result = result == 0 ? 0 : error;
    }
    return result;
}

/* To a zombie nothing can be sent, and it is no error. */
long sys_kill(int pid, int signal)
{
    if (signal != 0 && !is_signal(signal))
        return -EINVAL;
    if (pid <= 0)
        return kill_many(pid, signal);
    struct task *task = find_task(pid);
    return task ? send(task->leader, signal, SI_USER, true) : -ESRCH;
}

long sys_tgkill(int group, int pid, int signal)
{
    if (group <= 0 || pid <= 0 || (signal != 0 && !is_signal(signal)))
        return -EINVAL;
    struct task *task = find_task(pid);
    if (!task || task->leader->pid != group || is_over(task))
        return -ESRCH;
    return send(task, signal, SI_TKILL, false);
}
