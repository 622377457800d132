/* Three levels, 8-byte entries: PAE, since the Pentium Pro. CR3 names a table of four entries, and each
   of these a page directory for a gigabyte. The CPU loads the four when CR3 is written and does not
   look at them again, so what they name must exist by then.

      31 30 29        21 20        12 11          0
     +-----+------------+------------+-------------+    bits 0 P, 1 W, 2 U, 5 A, 6 D, 8 G,
     | pgd | directory  |   table    |   offset    |    12 and up: the frame,
     +-----+------------+------------+-------------+    63 NX

   Frames could lie above 4 GB; this kernel's never do. */
#ifndef ARCH_LEVELS_H
#define ARCH_LEVELS_H

typedef uint64_t pte_t;

#define PTE_NX (1ull << 63) /* not to be executed, while EFER.NXE is set; else reserved */

#define PGD_ENTRIES 4u
#define PGD_INDEX(a) ((word)(a) >> 30)
#define TABLE_ENTRIES 512u
#define TABLE_INDEX(a) (((word)(a) >> 12) & 511)
#define DIRECTORY_INDEX(a) (((word)(a) >> 21) & 511)
#define DIRECTORY_SPAN 0x200000u /* bytes one directory entry covers */

ALWAYS_INLINE pte_t *directory_of(pte_t *pgd, unsigned gigabyte)
{
    return POINTER(pgd[gigabyte] & PAGE_MASK);
}

/* The directory's entry for an address, which names its page table. */
ALWAYS_INLINE pte_t *directory_entry(pte_t *pgd, word address)
{
    return &directory_of(pgd, PGD_INDEX(address))[DIRECTORY_INDEX(address)];
}

/* What stands above a directory's entry: where it lies goes into path. How many. */
ALWAYS_INLINE unsigned upper_entries(pte_t *pgd, word address, pte_t **path)
{
    path[0] = &pgd[PGD_INDEX(address)];
    return 1;
}

/* Every directory that a process can need is there from the beginning; and where a table is missing, this many bytes are. */
#define directory_alloc(pgd, address) true
#define missing_span(pgd, address) DIRECTORY_SPAN

#endif
