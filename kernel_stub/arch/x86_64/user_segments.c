#include "user_segments.h"

#include "abi/errno.h"
#include "abi/prctl.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "trap/extable.h"
#include "trap/syscalls.h"

/* The kernel itself has no use for DS, ES and FS, so they stay the program's while it works for it; and of GS only the base is
   another, which SWAPGS brings. */
#define READ_SEGMENT(name)                                                                                                       \
    ({                                                                                                                           \
        uint16_t selector_;                                                                                                      \
        __asm__ volatile("mov %%" #name ", %0" : "=r"(selector_));                                                               \
        selector_;                                                                                                               \
    })

/* A descriptor that the selector names may have gone: then it is null. */
#define LOAD_SEGMENT(name, selector)                                                                                             \
    __asm__ volatile("1: mov %0, %%" #name "\n"                                                                                  \
                     "2:\n" FIXUP_BEGIN "3: xorl %0, %0\n"                                                                       \
                     "   jmp 1b\n" FIXUP_END EXTABLE("1b", "3b")                                                                 \
                     :                                                                                                           \
                     : "r"((uint32_t)(selector)))

void user_segments_save(struct task *task)
{
    task->ds = READ_SEGMENT(ds);
    task->es = READ_SEGMENT(es);
    task->fs = READ_SEGMENT(fs);
    task->gs = READ_SEGMENT(gs);
}

/* A load of GS changes the base that is in use: the program's must be, for that moment, and nothing may come in between. */
static void load_gs(uint16_t selector)
{
    word flags = irq_save();
    __asm__ volatile("swapgs");
    LOAD_SEGMENT(gs, selector);
    __asm__ volatile("swapgs");
    irq_restore(flags);
}

void user_segments_load(const struct task *next)
{
    static struct task *last;
    if (last && last != next && last->mm)
        user_segments_save(last);
    last = (struct task *)next;
    for (unsigned i = 0; i < TLS_COUNT; i++)
        gdt_table[TLS_FIRST + i] = next->tls[i];
    LOAD_SEGMENT(ds, next->ds);
    LOAD_SEGMENT(es, next->es);
    LOAD_SEGMENT(fs, next->fs);
    load_gs(next->gs);
    if (!next->fs)
        write_msr(MSR_FS_BASE, next->fs_base);
    if (!next->gs)
        write_msr(MSR_KERNEL_GS_BASE, next->gs_base);
}

void user_segments_reset(struct task *task, bool of_32_bits)
{
    task->ds = task->es = of_32_bits ? USER_DS : 0;
    task->fs = task->gs = 0;
    task->fs_base = task->gs_base = 0;
    memset(task->tls, 0, sizeof task->tls);
    user_segments_load(task);
}

void user_segments_inherit(struct task *child)
{
    user_segments_save(current);
    child->ds = current->ds;
    child->es = current->es;
    child->fs = current->fs;
    child->gs = current->gs;
    child->fs_base = current->fs_base;
    child->gs_base = current->gs_base;
}

/* clone's argument is the base itself. */
long thread_area_set(struct task *task, const struct user_desc *wish, struct user_desc *told)
{
    (void)told;
    if ((word)wish >= TASK_SIZE)
        return -EPERM;
    task->fs_base = (word)wish;
    return 0;
}

long sys_arch_prctl(word what, word value)
{
    switch (what) {
    case ARCH_SET_FS:
    case ARCH_SET_GS:
        if (value >= TASK_SIZE)
            return -EPERM;
        user_segments_save(current);
        if (what == ARCH_SET_FS) {
            current->fs_base = value;
            current->fs = 0;
        } else {
            current->gs_base = value;
            current->gs = 0;
        }
        user_segments_load(current);
        return 0;
    case ARCH_GET_FS:
        return put_user_word(current->fs_base, (void *)value);
    case ARCH_GET_GS:
        return put_user_word(current->gs_base, (void *)value);
    default:
        return -EINVAL;
    }
}

/* There are no local descriptor tables here yet. */
long sys_modify_ldt(int function, void *pointer, word n)
{
    (void)function;
    (void)pointer;
    (void)n;
    return -ENOSYS;
}

bool ldt_copy(struct mm *to, const struct mm *from)
{
    (void)to;
    (void)from;
    return true;
}

void ldt_free(struct mm *mm)
{
    (void)mm;
}
