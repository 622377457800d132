#include "task/ptrace.h"

#include "abi/errno.h"
#include "user_area.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/sched.h"
#include "trap/syscalls.h"

/* Tell the tracer and sleep until it says how to go on. */
void ptrace_stop(int signal)
{
    current->stop_status = (unsigned)signal << 8 | 0x7F;
    current->traced_stop = true;
    current->resume_signal = 0;
    current->state = TASK_STOPPED;
    notify_tracer(current, signal);
    schedule();
    current->traced_stop = false;
    current->stop_status = 0;
}

bool ptrace_signal(struct signal_info *info)
{
    if (!current->tracer || info->signal == SIGKILL)
        return true;
    int tracer = current->tracer->pid;
    ptrace_stop(info->signal);
    int signal = current->resume_signal;
    if (signal != 0 && signal != info->signal)
        *info = (struct signal_info){.signal = signal, .code = SI_USER, .pid = tracer};
    return signal != 0;
}

static void resume(struct task *task, int signal, bool step)
{
    single_step(task, step);
    task->resume_signal = signal;
    task_wake(task);
}

void ptrace_release_all(const struct task *tracer)
{
    for_each_task(task) {
        if (task->tracer != tracer)
            continue;
        task->tracer = NULL;
        if (task->traced_stop)
            resume(task, 0, false);
    }
}

static long trace_me(void)
{
    if (current->tracer)
        return -EPERM;
    if (!current->leader->parent)
        return -EPERM; /* there is nobody to trace pid 1 */
    current->tracer = current->leader->parent;
    return 0;
}

/* Not oneself, not pid 1, not twice, not what is over, and only root another user's. */
static long attach(struct task *task)
{
    if (task->leader == current->leader || task->pid == 1 || task->tracer || is_over(task))
        return -EPERM;
    if (current->euid != 0 && (current->uid != task->uid || current->uid != task->euid))
        return -EPERM;
    task->tracer = current->leader;
    signal_send(task, &(struct signal_info){.signal = SIGSTOP, .pid = current->leader->pid});
    return 0;
}

static bool is_signal_or_none(word data)
{
    return data <= SIGNALS;
}

/* The kernel's own answer to a PEEK goes to the address in `data`; the library makes a result of it. */
static long peek(struct task *task, word address, word *to)
{
    word value;
    if (access_process_vm(task->mm, address, &value, sizeof value, FOLL_FORCE) != sizeof value)
        return -EIO;
    return put_user_word(value, to);
}

/* By force: a debugger writes its breakpoints into code, which becomes the process's own copy. */
static long poke(struct task *task, word address, word value)
{
    word n = access_process_vm(task->mm, address, &value, sizeof value, FOLL_FORCE | FOLL_WRITE);
    return n == sizeof value ? 0 : -EIO;
}

static long peek_user(const struct task *task, word offset, word *to)
{
    word value;
    long error = user_area_read(task, offset, &value);
    return error ? error : put_user_word(value, to);
}

static long get_registers(const struct task *task, void *to)
{
    struct user_regs registers = user_area_registers(task);
    return copy_to_user(to, &registers, sizeof registers) ? -EFAULT : 0;
}

static long go_on(struct task *task, word signal, bool step)
{
    if (!is_signal_or_none(signal))
        return -EIO;
    resume(task, (int)signal, step);
    return 0;
}

static long detach(struct task *task, word signal)
{
    if (!is_signal_or_none(signal))
        return -EIO;
    task->tracer = NULL;
    resume(task, (int)signal, false);
    return 0;
}

static long kill_traced(struct task *task)
{
    signal_send(task, &(struct signal_info){.signal = SIGKILL, .pid = current->leader->pid});
    return 0;
}

/* Everything but TRACEME, ATTACH and KILL is about a task that we trace and that has stopped. */
long sys_ptrace(int request, int pid, word address, word data)
{
    if (request == PTRACE_TRACEME)
        return trace_me();
    struct task *task = find_task(pid);
    if (!task)
        return -ESRCH;
    if (request == PTRACE_ATTACH)
        return attach(task);
    if (task->tracer != current->leader || is_over(task))
        return request == PTRACE_KILL && task->tracer == current->leader ? 0 : -ESRCH;
    if (request == PTRACE_KILL)
        return kill_traced(task);
    if (!task->traced_stop)
        return -ESRCH;

    switch (request) {
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
        return peek(task, address, (word *)data);
    case PTRACE_POKETEXT:
    case PTRACE_POKEDATA:
        return poke(task, address, data);
    case PTRACE_PEEKUSER:
        return peek_user(task, address, (word *)data);
    case PTRACE_POKEUSER:
        return user_area_write(task, address, data);
    case PTRACE_GETREGS:
        return get_registers(task, (void *)data);
    case PTRACE_CONT:
    case PTRACE_SINGLESTEP:
        return go_on(task, data, request == PTRACE_SINGLESTEP);
    case PTRACE_DETACH:
        return detach(task, data);
    default:
        return -EIO;
    }
}
