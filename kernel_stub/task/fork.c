/* fork and clone: a new task that goes on where the old one is. What the two share and what each
   has of its own is the flags' choice; fork is the clone that shares nothing. */
#include "abi/errno.h"
#include "abi/sched.h"
#include "user_segments.h"
#include "fs/files.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/sched.h"
#include "trap/syscalls.h"
#include "trap/trap.h"

static bool copy_mm(struct task *child, word flags)
{
    if (flags & CLONE_VM) {
        child->mm = current->mm;
        mm_get(child->mm);
    } else {
        child->mm = mm_copy(current->mm);
        if (child->mm)
            child->mm->pid = child->pid;
    }
    return child->mm;
}

static bool copy_files(struct task *child, word flags)
{
    if (flags & CLONE_FILES) {
        child->files = current->files;
        child->files->users++;
    } else {
        child->files = files_copy(current->files);
    }
    return child->files;
}

static bool copy_sighand(struct task *child, word flags)
{
    if (flags & CLONE_SIGHAND) {
        child->sighand = current->sighand;
        child->sighand->users++;
    } else {
        child->sighand = sighand_copy(current->sighand);
    }
    return child->sighand;
}

/* One that never ran. */
static void forget_child(struct task *child)
{
    if (child->sighand)
        sighand_put(child->sighand);
    if (child->files)
        files_put(child->files);
    if (child->mm)
        mm_put(child->mm);
    if (child->leader != child)
        child->leader->threads--;
    task_free(child);
}

static void join_group(struct task *child)
{
    child->leader = current->leader;
    child->threads = 0;
    child->leader->threads++;
}

/* The child's copy of everything that is not shared. Its registers are the parent's but for EAX,
   and for ESP if it is to have a stack of its own. */
static struct task *copy_task(word flags, word stack)
{
    struct task *child = task_new();
    if (!child)
        return NULL;
    if (!copy_mm(child, flags) || !copy_files(child, flags) || !copy_sighand(child, flags)) {
        forget_child(child);
        return NULL;
    }
    memcpy(child->name, current->name, sizeof child->name);
    child->uid = current->uid;
    child->euid = current->euid;
    child->addr_limit = current->addr_limit;
    memcpy(child->tls, current->tls, sizeof child->tls);
#ifdef __x86_64__
    user_segments_inherit(child);
#endif
    child->blocked = current->blocked;
    if (!(flags & CLONE_VM))
        child->altstack = current->altstack;
    child->parent = current->leader;
    child->exit_signal = (int)(flags & CLONE_SIGNAL_MASK);
    if (flags & CLONE_THREAD)
        join_group(child);

    struct regs *regs = regs_of(child);
    *regs = *user_regs();
    regs->ax = 0;
    if (stack)
        regs->sp = stack;
    return child;
}

/* Its memory looks like the parent's, and so does the list of what is where. */
static void trace_areas(const struct task *child)
{
    for (const struct vma *vma = child->mm->vmas; vma; vma = vma->next)
        trace_vma_of(child->pid, TP_VMA_MAP, vma);
}

/* The first thing that a child does, before it returns from the call that made it. */
void begin_child(void)
{
    finish_switch();
    if (current->set_child_tid)
        put_user((uint32_t)current->pid, current->set_child_tid);
}

static long do_clone(word flags, word stack, int *parent_tid, const struct user_desc *tls,
                     int *child_tid)
{
    if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
        return -EINVAL;
    if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
        return -EINVAL;
    struct task *child = copy_task(flags, stack);
    if (!child)
        return -EAGAIN;
    long error = flags & CLONE_SETTLS ? thread_area_set(child, tls, NULL) : 0;
    if (error) {
        forget_child(child);
        return error;
    }
    trace_process(child, false);
    if (!(flags & CLONE_VM))
        trace_areas(child);

    /* Before the child runs: it may be over, and the word 0 again, when we have the CPU back. */
    int pid = child->pid;
    if ((flags & CLONE_PARENT_SETTID) && put_user((uint32_t)pid, parent_tid)) {
        trace_process(child, true);
        forget_child(child);
        return -EFAULT;
    }
    child->set_child_tid = flags & CLONE_CHILD_SETTID ? child_tid : NULL;
    child->clear_child_tid = flags & CLONE_CHILD_CLEARTID ? child_tid : NULL;
    task_begin_at(child, return_from_fork);
    return pid;
}

long sys_fork(void)
{
    return do_clone(SIGCHLD, 0, NULL, NULL, NULL);
}

#ifdef __x86_64__ /* in another order, and tls is the base itself */
long sys_clone(word flags, word stack, int *parent_tid, int *child_tid, const struct user_desc *tls)
#else
long sys_clone(word flags, word stack, int *parent_tid, const struct user_desc *tls, int *child_tid)
#endif
{
    return do_clone(flags, stack, parent_tid, tls, child_tid);
}
