/* The page directory of a process: its own entries, and copies of the kernel's. */
#include "mm/mm.h"

pte_t *pgd_alloc(unsigned own)
{
    size_t first = own * (TABLE_ENTRIES / 4); /* a gigabyte is a quarter */
    uint32_t frame = table_alloc();
    if (!frame)
        return NULL;
    pte_t *pgd = POINTER(frame);
    memcpy(pgd + first, swapper_pg_dir + first, (TABLE_ENTRIES - first) * sizeof(pte_t));
    return pgd;
}

void pgd_free(pte_t *pgd)
{
    tables_free(pgd, DIRECTORY_INDEX(TASK_SIZE));
    frame_free(PHYSICAL(pgd));
}
