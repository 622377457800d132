/* What the CPU would do, done by hand: for code that user memory is not mapped for. */
#include "abi/tracepoints.h"
#include "mm/mm.h"
#include "task/task.h"
#include "trap/tracepoint.h"
#include "trap/trap.h"

/* Where each entry lies that leads to the page, from the top to the first without P. Returns how many. */
static unsigned path_to(pte_t *pgd, word address, pte_t **path)
{
    unsigned n = upper_entries(pgd, address, path);
    if (n > 0 && !(*path[n - 1] & PTE_P))
        return n;
    path[n] = directory_entry(pgd, address);
    pte_t directory = *path[n++];
    if (directory & PTE_P)
        path[n++] = (pte_t *)POINTER((uint32_t)(directory & PAGE_MASK)) + TABLE_INDEX(address);
    return n;
}

pte_t soft_walk(word address, bool write)
{
    pte_t *path[TP_ENTRIES], needed = PTE_P | PTE_U | (write ? PTE_W : 0);
    struct tp_entry told[TP_ENTRIES];
    unsigned n = path_to(current->mm->pgd, address, path);
    for (unsigned i = 0; i < n; i++)
        told[i] = (struct tp_entry){PHYSICAL(path[i]), *path[i]};
    pte_t *last = path[n - 1];
    bool ok = (*last & needed) == needed; /* one without P, or the page's own */
    counters.softwalks++;
    trace(TP_SOFTWALK, address, write, ok, (word)told, n);
    if (!ok)
        return 0;
    *last |= PTE_A | (write ? PTE_D : 0);
    return *last;
}
