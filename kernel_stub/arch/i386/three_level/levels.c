/* The four page directories of a process: its own, and the kernel's, which all processes share. */
#include "mm/mm.h"

/* An entry of the four has no rights to give and no A to set: every flag but P is reserved. */
static bool add_directory(pte_t *pgd, unsigned gigabyte)
{
    uint32_t frame = table_alloc();
    if (frame)
        pgd[gigabyte] = frame | PTE_P;
    return frame;
}

/* All directories at once, though most will stay empty: see levels.h. */
pte_t *pgd_alloc(unsigned own)
{
    uint32_t frame = table_alloc();
    if (!frame)
        return NULL;
    pte_t *pgd = POINTER(frame);
    for (unsigned i = own; i < PGD_ENTRIES; i++)
        pgd[i] = swapper_pg_dir[i];
    for (unsigned i = 0; i < own; i++) {
        if (!add_directory(pgd, i)) {
            pgd_free(pgd);
            return NULL;
        }
    }
    return pgd;
}

/* Its entries up to TASK_SIZE name tables of the process's. */
static void free_directory(pte_t *pgd, unsigned gigabyte)
{
    pte_t *directory = directory_of(pgd, gigabyte);
    if (gigabyte < PGD_INDEX(TASK_SIZE))
        tables_free(directory, TABLE_ENTRIES);
    else if (gigabyte == PGD_INDEX(TASK_SIZE))
        tables_free(directory, DIRECTORY_INDEX(TASK_SIZE));
    frame_free(PHYSICAL(directory));
}

void pgd_free(pte_t *pgd)
{
    for (unsigned i = 0; i < PGD_ENTRIES; i++)
        if (pgd[i] && pgd[i] != swapper_pg_dir[i])
            free_directory(pgd, i);
    frame_free(PHYSICAL(pgd));
}
