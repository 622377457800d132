/* x64: one root a process, whose upper half is the kernel's own. */
#include "cpu_area.h"
#include "mm/mm.h"
#include "segments.h"
#include "split/split.h"
#include "task/task.h"

const bool split_kernel_faults_in = true;

void split_init(void)
{
    cpu_area_init();
}

pte_t *split_new_pgd(void)
{
    return pgd_alloc(0);
}

/* The CPU enters on cpu_entry_area's stack, whoever runs; the entry code goes on to the task's. */
void split_switch_to(struct task *next)
{
    cpu.kernel_stack = (word)next->stack + KERNEL_STACK_SIZE;
    write_cr3(PHYSICAL(next->mm->pgd));
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
    return POINTER((uint32_t)(pte & PAGE_MASK));
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
