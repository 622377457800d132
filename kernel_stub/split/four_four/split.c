/* 4G/4G: the user's directory holds user pages and the window, the kernel's holds the map of RAM
   and the window. */
#include "segments.h"
#include "mm/mm.h"
#include "split/split.h"
#include "split/window.h"
#include "task/task.h"

const word SPLIT_IDT = WINDOW_IDT;
const word SPLIT_GDT = WINDOW_GDT;
const word SPLIT_TSS = WINDOW_TSS;
const bool split_kernel_faults_in = false;

/* For the entry code: where the running task's stack and page directory really are. */
word task_real_stack;
word task_user_cr3;

extern char _window_text[];

/* The same frames under a second address: entry code, descriptor tables, TSS. Kernel code goes
   on writing the tables through its own pointers. The kernel stack and the kmap slots are mapped
   when they are needed. */
void split_init(void)
{
    window_init();
    window_map(WINDOW_TEXT, _window_text, WINDOW_TEXT_PAGES);
    window_map(WINDOW_IDT, idt_table, 1);
    window_map(WINDOW_GDT, gdt_table, 2);
    window_map(WINDOW_TSS, tss_pages, 4);
}

/* One entry of a directory is the same in all of them: the window's. */
pte_t *split_new_pgd(void)
{
    pte_t *pgd = pgd_alloc(4);
    if (pgd)
        *directory_entry(pgd, WINDOW) = *directory_entry(swapper_pg_dir, WINDOW);
    return pgd;
}

/* The CPU enters on the window's stack, so the window must show the stack of the task that runs.
   CR3 stays the kernel's: the way out of the kernel loads the user's. */
void split_switch_to(struct task *next)
{
    window_map(WINDOW_STACK, next->stack, KERNEL_STACK_SIZE / PAGE_SIZE);
    invlpg(WINDOW_STACK);
    invlpg(WINDOW_STACK + PAGE_SIZE);
    descriptors_set_kernel_stack(WINDOW_STACK + KERNEL_STACK_SIZE);
    task_real_stack = (word)next->stack;
    task_user_cr3 = PHYSICAL(next->mm->pgd);
}

word split_show_ldt(const void *ldt)
{
    window_map(WINDOW_LDT, ldt, 1);
    invlpg(WINDOW_LDT);
    return WINDOW_LDT;
}

void split_leave_mm(void)
{
}

/* Nothing: this CR3 has no user pages, and the way back to the program loads its CR3, which
   empties the TLB. */
void split_drop_page(word address)
{
    (void)address;
}

void split_drop_all(void)
{
}

void *split_show_frame(pte_t pte)
{
    return kmap(KM_USER_COPY, pte);
}
