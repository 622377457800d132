/* 4G/4G: the user's directory holds user pages and the window, the kernel's holds the map of RAM
   and the window. */
#include "arch/i386/segments.h"
#include "mm/mm.h"
#include "split/four_four/window.h"
#include "split/split.h"
#include "trap/task.h"

const word SPLIT_IDT = WINDOW_IDT;
const word SPLIT_GDT = WINDOW_GDT;
const word SPLIT_TSS = WINDOW_TSS;
const bool split_kernel_faults_in = false;

/* For the entry code: where the running task's stack and page directory really are. */
word task_real_stack;
word task_user_cr3;

static pte_t window_table[1024] __attribute__((aligned(4096)));
extern char _window_text[];

/* The window's pages are supervisor's, writable and, since both directories agree on them,
   global. */
#define WINDOW_FLAGS (PTE_P | PTE_W | PTE_A | PTE_D | PTE_G)

static void window_map(word linear, const void *pages, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        window_table[TABLE_INDEX(linear) + i] = (PHYSICAL(pages) + i * PAGE_SIZE) | WINDOW_FLAGS;
}

/* The same frames under a second address: entry code, descriptor tables, TSS. Kernel code goes
   on writing the tables through its own pointers. The kernel stack and the kmap slots are mapped
   when they are needed. */
void split_init(void)
{
    swapper_pg_dir[DIRECTORY_INDEX(WINDOW)] = PHYSICAL(window_table) | PTE_P | PTE_W | PTE_A;
    window_map(WINDOW_TEXT, _window_text, WINDOW_TEXT_PAGES);
    window_map(WINDOW_IDT, idt_table, 1);
    window_map(WINDOW_GDT, gdt_table, 2);
    window_map(WINDOW_TSS, tss_pages, 4);
}

void split_fill_directory(pte_t *directory)
{
    directory[DIRECTORY_INDEX(WINDOW)] = swapper_pg_dir[DIRECTORY_INDEX(WINDOW)];
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
    task_user_cr3 = PHYSICAL(next->mm->directory);
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

/* Show the frame of a user's PTE to the kernel at the slot's address, with what the kernel
   needs: present, writable. A slot that shows the frame already is left alone; else its old
   translation must go. */
void *kmap(unsigned slot, pte_t user_pte)
{
    word linear = WINDOW_KMAP + slot * PAGE_SIZE;
    pte_t pte = (user_pte & PAGE_MASK) | PTE_P | PTE_W | PTE_A | PTE_D;
    pte_t *entry = &window_table[TABLE_INDEX(linear)];
    if (*entry != pte) {
        *entry = pte;
        invlpg(linear);
    }
    return (void *)linear;
}
