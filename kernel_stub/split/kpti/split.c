/* x64-kpti: two roots a process. CR3 bit 12 tells them apart, since the user's lies one page behind the kernel's. */
#include "boot/options.h"
#include "cpu_area.h"
#include "mm/mm.h"
#include "segments.h"
#include "split/split.h"
#include "task/task.h"

const bool split_kernel_faults_in = true;

#define USER_ROOT 0x1000u /* in CR3 */
/* With CR4.PCIDE the TLB keeps the two apart by a number in CR3, of which these are the numbers; a process has none of its own, so
   a change of processes empties both. */
#define KERNEL_PCID 0x001u
#define USER_PCID 0x801u
#define NO_FLUSH (1ul << 63)

/* What the user's roots have of the kernel's image: one way through the tables, the same in all. */
static pte_t user_pud[TABLE_ENTRIES] __attribute__((aligned(4096)));
static pte_t user_directory[TABLE_ENTRIES] __attribute__((aligned(4096)));
static pte_t user_tables[2][TABLE_ENTRIES] __attribute__((aligned(4096)));

#define UPPER_FLAGS (PTE_P | PTE_W | PTE_A)

/* The same in both roots, so it is global, as nothing else of the image may be: the TLB asks no root. */
static void show(const void *from, const void *to)
{
    for (word at = (word)from; at < (word)to; at += PAGE_SIZE) {
        *image_entry(at) |= PTE_G;
        user_tables[DIRECTORY_INDEX(at)][TABLE_INDEX(at)] = *image_entry(at);
    }
}

void split_init(void)
{
    extern const char __start_entry_text[], __stop_entry_text[];
    cpu_area_init();
    cpu.no_flush = options.pcid ? NO_FLUSH : 0;
    user_pud[PUD_INDEX(KERNEL_IMAGE)] = PHYSICAL(user_directory) | UPPER_FLAGS;
    for (unsigned i = 0; i < 2; i++)
        user_directory[i] = PHYSICAL(user_tables[i]) | UPPER_FLAGS;
    show(__start_entry_text, __stop_entry_text);
    show(&cpu, &cpu + 1);
}

pte_t *split_new_pgd(void)
{
    pte_t *pgd = pgd_alloc(1);
    if (!pgd)
        return NULL;
    pgd[TABLE_ENTRIES + PGD_INDEX(CPU_ENTRY_AREA)] = swapper_pg_dir[PGD_INDEX(CPU_ENTRY_AREA)];
    pgd[TABLE_ENTRIES + PGD_INDEX(KERNEL_IMAGE)] = PHYSICAL(user_pud) | UPPER_FLAGS;
    return pgd;
}

static word kernel_cr3(const pte_t *pgd)
{
    return PHYSICAL(pgd) | (options.pcid ? KERNEL_PCID : 0);
}

/* Without bit 63: for one time, the TLB is emptied. */
static void flush_user_root_at_exit(void)
{
    cpu.user_cr3 &= ~NO_FLUSH;
}

void split_switch_to(struct task *next)
{
    word cr3 = kernel_cr3(next->mm->pgd);
    cpu.kernel_stack = (word)next->stack + KERNEL_STACK_SIZE;
    cpu.kernel_cr3 = cr3 | cpu.no_flush;
    cpu.user_cr3 = PHYSICAL(next->mm->pgd) | USER_ROOT | (options.pcid ? USER_PCID : 0);
    write_cr3(cr3);
}

word split_show_ldt(const void *ldt)
{
    return LINEAR(ldt);
}

void split_leave_mm(void)
{
    write_cr3(kernel_cr3(swapper_pg_dir));
}

void *split_show_frame(pte_t pte)
{
    return POINTER((uint32_t)(pte & PAGE_MASK));
}

/* INVLPG is about the number that CR3 has now, the kernel's. What the TLB knows by the user's must go as well. */
void split_drop_page(word address)
{
    invlpg(address);
    flush_user_root_at_exit();
}

void split_drop_all(void)
{
    write_cr3(kernel_cr3(current->mm->pgd));
    flush_user_root_at_exit();
}
