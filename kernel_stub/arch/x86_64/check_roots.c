#include "check_roots.h"

#include "boot/options.h"
#include "cpu_area.h"
#include "kernel_map.h"
#include "mm/mm.h"
#include "segments.h"
#include "trap/trap.h"

#define OWN_ENTRIES (TABLE_ENTRIES / 2)

/* Without SMAP the flag is not the kernel's: an exception leaves it as the program had it. */
void check_flags(void)
{
    word flags;
    __asm__ volatile("pushf; pop %0" : "=r"(flags));
    if (options.smap && flags & EFLAGS_AC)
        panic("check: AC is still set on the way back to the program");
}

/* All of it: where an entry has come since, every process has it from the beginning. */
static void check_has_kernel(const pte_t *pgd)
{
    for (unsigned i = OWN_ENTRIES; i < TABLE_ENTRIES; i++)
        if ((pgd[i] ^ swapper_pg_dir[i]) & ~(pte_t)PTE_A)
            panic("check: a process does not have the kernel's half");
}

/* The kernel's tables are large, and but for vmalloc's nothing changes them: they are walked at the first check, and then at one in so
   many that each process has its turn. */
static bool is_due(void)
{
    static unsigned checks;
    return checks++ % 61 == 0;
}

static const pte_t *below(pte_t entry)
{
    static const pte_t nothing[TABLE_ENTRIES];
    return entry & PTE_P ? POINTER((uint32_t)(entry & PAGE_MASK)) : nothing;
}

static bool is_image_page(uint32_t frame, const void *first, const void *end)
{
    return frame >= PHYSICAL(first) && frame < PHYSICAL(end);
}

/* Every page of the kernel's that may be executed is of its text, and cannot be written there. */
static void check_executable(const pte_t *table, unsigned from, unsigned level)
{
    for (unsigned i = from; i < TABLE_ENTRIES; i++) {
        pte_t entry = table[i];
        uint32_t frame = (uint32_t)(entry & PAGE_MASK);
        if (!(entry & PTE_P) || entry & PTE_NX)
            continue;
        if (level > 1 && !(entry & PTE_PS))
            check_executable(below(entry), 0, level - 1);
        else if (entry & PTE_W || !is_image_page(frame, _kernel_start, _text_end))
            panic("check: the kernel's frame %08x is executable, and writable or no text", frame);
    }
}

static void check_rights(const pte_t *pgd)
{
    if (options.nx)
        check_executable(pgd, OWN_ENTRIES, 4);
}

#if SPLIT_USER_ROOT
extern const char __start_entry_text[], __stop_entry_text[];

/* What an entry into the kernel needs before it can load CR3. */
static bool is_of_the_entry(uint32_t frame)
{
    return is_image_page(frame, __start_entry_text, __stop_entry_text) || is_image_page(frame, &cpu, &cpu + 1) ||
           is_image_page(frame, idt_table, idt_table + TABLE_ENTRIES) ||
           is_image_page(frame, gdt_table, gdt_table + TABLE_ENTRIES) || is_entry_stack(frame);
}

/* Every page below a table of a program's root, in the kernel's half. level: 4 for the root's own entries, 1 for pages. */
static void check_kernel_half(const pte_t *table, unsigned from, unsigned level)
{
    for (unsigned i = from; i < TABLE_ENTRIES; i++) {
        pte_t entry = table[i];
        uint32_t frame = (uint32_t)(entry & PAGE_MASK);
        if (!(entry & PTE_P))
            continue;
        if (level > 1 && !(entry & PTE_PS)) {
            check_kernel_half(POINTER(frame), 0, level - 1);
            continue;
        }
        if (level > 1 || !is_of_the_entry(frame))
            panic("check: a program's root has the kernel's frame %08x", frame);
        if (entry & PTE_U)
            panic("check: the program may touch the kernel's frame %08x", frame);
    }
}

/* A global entry is valid whatever CR3 says, so a page may have it only if the other root has the same page, with the same rights. */
static void check_global(const pte_t *kernel, const pte_t *user, unsigned from, unsigned level)
{
    for (unsigned i = from; i < TABLE_ENTRIES; i++) {
        pte_t both = kernel[i] | user[i];
        if (!(both & PTE_P))
            continue;
        if (level > 1 && !(both & PTE_PS))
            check_global(below(kernel[i]), below(user[i]), 0, level - 1);
        else if (both & PTE_G && (kernel[i] ^ user[i]) & ~(PTE_A | PTE_D))
            panic("check: the frame %08x is global, but not the same in both roots", (uint32_t)(both & PAGE_MASK));
    }
}

void check_roots(const struct mm *mm)
{
    const pte_t *kernel = mm->pgd, *user = kernel + TABLE_ENTRIES;
    for (unsigned i = 0; i < OWN_ENTRIES; i++) {
        if ((kernel[i] ^ user[i]) & ~(PTE_NX | PTE_A))
            panic("check: entry %u of the two roots is not the same", i);
        if (options.nx && kernel[i] && (!(kernel[i] & PTE_NX) || user[i] & PTE_NX))
            panic("check: entry %u: the program's code is for the program alone", i);
    }
    check_kernel_half(user, OWN_ENTRIES, 4);
    check_has_kernel(kernel);
    if (!is_due())
        return;
    check_global(kernel, user, OWN_ENTRIES, 4);
    check_rights(kernel);
    check_rights(user);
}
#else
void check_roots(const struct mm *mm)
{
    check_has_kernel(mm->pgd);
    if (is_due())
        check_rights(mm->pgd);
}
#endif
