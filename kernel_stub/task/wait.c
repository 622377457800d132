/* Waiting for children: for their end, or for a stop. */
#include "abi/errno.h"
#include "abi/sched.h"
#include "mm/uaccess.h"
#include "task/sched.h"
#include "trap/syscalls.h"

#define RUSAGE_SIZE (18 * sizeof(long)) /* bytes of struct rusage; nothing is counted */

/* Ours to wait for: our children, and whomever we trace. */
static bool is_wanted(const struct task *child, int pid)
{
    bool ours = child->tracer == current->leader ||
                (child->parent == current->leader && child->leader == child);
    return ours && child->state != TASK_DEAD && (pid <= 0 || child->pid == pid);
}

/* A child that another process traces tells that one first. */
static bool has_news(const struct task *child, word options)
{
    if (child->tracer && child->tracer != current->leader)
        return false;
    return is_zombie(child) || (child->stop_status && (child->tracer || (options & WUNTRACED)));
}

/* A child with something to tell: it is over, or it has stopped and that is asked for. Else NULL,
   and whether there is anything to wait for. */
static struct task *find_child(int pid, word options, bool *has_children)
{
    *has_children = false;
    for_each_task(task) {
        if (!is_wanted(task, pid))
            continue;
        *has_children = true;
        if (has_news(task, options))
            return task;
    }
    return NULL;
}

/* A status that cannot be delivered stays where it is. */
static long report(struct task *child, uint32_t *status)
{
    int pid = child->pid;
    bool over = is_zombie(child);
    if (over)
        child->state = TASK_DEAD; /* if we sleep here, no other thread of ours must find it */
    if (status && put_user(over ? child->status : child->stop_status, status)) {
        child->state = over ? TASK_ZOMBIE : child->state;
        return -EFAULT;
    }
    child->stop_status = 0;
    if (over && child->tracer && child->tracer != child->parent) {
        child->tracer = NULL; /* the parent has not been told yet */
        child->state = TASK_ZOMBIE;
        notify_of_end(child);
    } else if (over) {
        task_free(child);
    }
    return pid;
}

/* Process groups are not told apart: 0 and numbers below -1 mean any child. */
static long do_wait(int pid, uint32_t *status, word options)
{
    bool has_children;
    struct task *child;
    if (options & ~(WNOHANG | WUNTRACED | __WALL))
        return -EINVAL;
    if (options & WNOHANG) {
        child = find_child(pid, options, &has_children);
        return child ? report(child, status) : has_children ? 0 : -ECHILD;
    }
    if (!wait_event_interruptible(&current->leader->children_changed,
                                  (child = find_child(pid, options, &has_children)) ||
                                      !has_children))
        return -ERESTARTSYS;
    return child ? report(child, status) : -ECHILD;
}

long sys_wait4(int pid, uint32_t *status, word options, void *usage)
{
    long result = do_wait(pid, status, options);
    if (result > 0 && usage && clear_user(usage, RUSAGE_SIZE))
        return -EFAULT;
    return result;
}

long sys_waitpid(int pid, uint32_t *status, word options)
{
    return do_wait(pid, status, options);
}
