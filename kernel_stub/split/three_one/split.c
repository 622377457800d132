/* 3G/1G: one page directory a process, whose upper quarter is the kernel's own. */
#include "arch/i386/segments.h"
#include "mm/mm.h"
#include "split/split.h"
#include "trap/task.h"

const word SPLIT_IDT = (word)idt_table;
const word SPLIT_GDT = (word)gdt_table;
const word SPLIT_TSS = (word)tss_pages;
const bool split_kernel_faults_in = true;

void split_init(void)
{
}

/* All kernel tables exist since boot, so the upper 256 entries never change and every process
   has the same. */
void split_fill_directory(pte_t *directory)
{
    unsigned first = DIRECTORY_INDEX(PAGE_OFFSET);
    memcpy(directory + first, swapper_pg_dir + first, (1024 - first) * sizeof(pte_t));
}

void split_switch_to(struct task *next)
{
    descriptors_set_kernel_stack((word)next->stack + KERNEL_STACK_SIZE);
    write_cr3(PHYSICAL(next->mm->directory));
}

void split_leave_mm(void)
{
    write_cr3(PHYSICAL(swapper_pg_dir));
}

void split_drop_page(word address)
{
    invlpg(address);
}
