/* What /proc/PID shows of an address space: maps, smaps, pagemap; and what clear_refs does. */
#ifndef MM_PROC_MAPS_H
#define MM_PROC_MAPS_H

#include "mm/mm.h"

/* Text into a buffer of the kernel's. What does not fit is counted but not written: the result is
   the length of it all, as snprintf has it. */
size_t maps_text(const struct mm *mm, char *to, size_t size);
size_t smaps_text(const struct mm *mm, char *to, size_t size);

/* One entry of pagemap: bits 0-54 frame number (or swap disk and slot), 55 soft-dirty, 56 mapped
   once, 61 a file's page, 62 swapped, 63 present. */
uint64_t pagemap_entry(struct mm *mm, word address);

#define CLEAR_REFS_ALL 1        /* forget that pages were accessed */
#define CLEAR_REFS_SOFT_DIRTY 4 /* forget that they were written: the next write is noticed */
int clear_refs(struct mm *mm, unsigned what);

#endif
