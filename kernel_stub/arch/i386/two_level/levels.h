/* Two levels, 4-byte entries: the 386's. CR3 names the page directory.

      31        22 21        12 11          0
     +------------+------------+-------------+      bits 0 P, 1 W, 2 U, 5 A, 6 D, 8 G,
     | directory  |   table    |   offset    |      31:12 the frame
     +------------+------------+-------------+                                              */
#ifndef ARCH_LEVELS_H
#define ARCH_LEVELS_H

typedef uint32_t pte_t;

#define PTE_NX 0u /* there is no such bit: what can be read can be executed */

#define TABLE_ENTRIES 1024u
#define TABLE_INDEX(a) (((word)(a) >> 12) & 1023)
#define DIRECTORY_INDEX(a) ((word)(a) >> 22)
#define DIRECTORY_SPAN 0x400000u /* bytes one directory entry covers */

/* The directory's entry for an address, which names its page table. */
ALWAYS_INLINE pte_t *directory_entry(pte_t *pgd, word address)
{
    return &pgd[DIRECTORY_INDEX(address)];
}

/* What stands above a directory's entry. */
#define upper_entries(pgd, address, path) 0u

/* Every directory that a process can need is there from the beginning; and where a table is missing, this many bytes are. */
#define directory_alloc(pgd, address) true
#define missing_span(pgd, address) DIRECTORY_SPAN

#endif
