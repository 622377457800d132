/* The tables of a process: the lower half of its pgd is its own, the upper one the kernel's, the same in all. With page-table
   isolation it has two, one behind the other: first the kernel's, which has everything, then the user's (SPLIT_USER_ROOT).
   The lower halves name the same tables. */
#include "boot/options.h"
#include "mm/mm.h"

#define OWN_ENTRIES (TABLE_ENTRIES / 2)
#define UPPER_FLAGS (PTE_P | PTE_W | PTE_U | PTE_A) /* as in every table but the last, which decides */

static pte_t *table_of(pte_t entry)
{
    return POINTER((uint32_t)(entry & PAGE_MASK)); /* without NX */
}

static pte_t nothing;

pte_t *directory_entry(pte_t *pgd, word address)
{
    pte_t pud = pgd[PGD_INDEX(address)];
    pte_t directory = pud & PTE_P ? table_of(pud)[PUD_INDEX(address)] : 0;
    return directory & PTE_P ? &table_of(directory)[DIRECTORY_INDEX(address)] : &nothing;
}

unsigned upper_entries(pte_t *pgd, word address, pte_t **path)
{
    path[0] = &pgd[PGD_INDEX(address)];
    if (!(*path[0] & PTE_P))
        return 1;
    path[1] = &table_of(*path[0])[PUD_INDEX(address)];
    return 2;
}

word missing_span(pte_t *pgd, word address)
{
    pte_t pud = pgd[PGD_INDEX(address)];
    if (!(pud & PTE_P))
        return PGD_SPAN;
    return table_of(pud)[PUD_INDEX(address)] & PTE_P ? DIRECTORY_SPAN : PUD_SPAN;
}

/* Both roots of a process name the table. From the kernel's nothing is executed that lies there: a jump to a program's code by
   mistake faults, SMEP or not. */
static void enter_in_roots(pte_t *pgd, unsigned index, pte_t entry)
{
    pgd[index] = entry;
#if SPLIT_USER_ROOT
    if (index >= OWN_ENTRIES || pgd == swapper_pg_dir)
        return;
    pgd[TABLE_ENTRIES + index] = entry;
    if (options.nx)
        pgd[index] |= PTE_NX;
#endif
}

bool directory_alloc(pte_t *pgd, word address)
{
    unsigned index = PGD_INDEX(address);
    if (!(pgd[index] & PTE_P)) {
        uint32_t frame = table_alloc();
        if (!frame)
            return false;
        enter_in_roots(pgd, index, frame | UPPER_FLAGS);
    }
    pte_t *pud = &table_of(pgd[index])[PUD_INDEX(address)];
    if (!(*pud & PTE_P)) {
        uint32_t frame = table_alloc();
        if (!frame)
            return false;
        *pud = frame | UPPER_FLAGS;
    }
    return true;
}

pte_t *pgd_alloc(unsigned order)
{
    struct page *page = alloc_pages(GFP_KERNEL, order);
    if (!page)
        return NULL;
    for (unsigned i = 0; i < 1u << order; i++)
        page[i].flags = PG_TABLE;
    pte_t *pgd = page_address(page);
    memcpy(pgd + OWN_ENTRIES, swapper_pg_dir + OWN_ENTRIES, OWN_ENTRIES * sizeof(pte_t));
    return pgd;
}

/* A table of the two middle levels, with all below it. */
static void free_pud(pte_t *pud)
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (!(pud[i] & PTE_P))
            continue;
        tables_free(table_of(pud[i]), TABLE_ENTRIES);
        frame_free((uint32_t)(pud[i] & PAGE_MASK));
    }
    frame_free(PHYSICAL(pud));
}

void pgd_free(pte_t *pgd)
{
    for (unsigned i = 0; i < OWN_ENTRIES; i++)
        if (pgd[i] & PTE_P)
            free_pud(table_of(pgd[i]));
    free_pages(virt_to_page(pgd), SPLIT_USER_ROOT);
}
