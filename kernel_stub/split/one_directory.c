/* 3G/1G, segmented, and 4G/4G without its switch: one page directory a process, whose upper quarter
   is the kernel's own. */
#include "segments.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "split/split.h"
#ifdef WINDOW
#include "split/window.h"
#endif
#include "task/task.h"

const word SPLIT_IDT = LINEAR(idt_table);
const word SPLIT_GDT = LINEAR(gdt_table);
const word SPLIT_TSS = LINEAR(tss_pages);
const bool split_kernel_faults_in = true;

void split_init(void)
{
#ifdef WINDOW
    window_init();
#endif
}

/* The fourth gigabyte is the kernel's, and every process has the same there. */
pte_t *split_new_pgd(void)
{
    return pgd_alloc(TASK_SIZE >> 30);
}

/* FS is the other task's until now, and as it is: what a system call left in it is gone, if the
   task has been in its program since. */
static void switch_fs(struct task *next)
{
    static struct task *last;
    if (last && last != next)
        last->addr_limit = get_fs() == USER_DS ? TASK_SIZE : (word)-1;
    set_fs(next->addr_limit == TASK_SIZE ? USER_DS : KERNEL_DS);
    last = next;
}

void split_switch_to(struct task *next)
{
    descriptors_set_kernel_stack((word)next->stack + KERNEL_STACK_SIZE);
    write_cr3(PHYSICAL(next->mm->pgd));
    if (KERNEL_FS)
        switch_fs(next);
}

word split_show_ldt(const void *ldt)
{
    return LINEAR(ldt);
}

void split_leave_mm(void)
{
    write_cr3(PHYSICAL(swapper_pg_dir));
}

void *split_show_frame(pte_t pte)
{
    return POINTER(pte & PAGE_MASK);
}

void split_drop_page(word address)
{
    invlpg(address);
}

/* The kernel's own pages are global, where the CPU knows that: they stay. */
void split_drop_all(void)
{
    write_cr3(read_cr3());
}
