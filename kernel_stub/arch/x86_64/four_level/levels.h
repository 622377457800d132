/* Four levels, 8-byte entries: x86-64. CR3 names the table of the highest level. An address has 48 bits that count; the
   16 above must repeat bit 47, or it is not canonical (#GP).

      63      48 47      39 38      30 29       21 20        12 11          0
     +----------+----------+----------+-----------+------------+-------------+    bits 0 P, 1 W, 2 U, 5 A, 6 D,
     |   sign   |   pgd    |   pud    | directory |   table    |   offset    |    7 PS: a large page, the walk ends
     +----------+----------+----------+-----------+------------+-------------+    here; 8 G; 12 and up the frame; 63 NX

   Linux calls the levels pgd, pud, pmd and pte; Intel PML4, PDPT, PD and PT. Frames could lie above 4 GB; this kernel's never
   do. */
#ifndef ARCH_LEVELS_H
#define ARCH_LEVELS_H

typedef uint64_t pte_t;

#define PTE_NX (1ull << 63) /* not to be executed, while EFER.NXE is set; else reserved */
#define PTE_PS 0x080u       /* in a pud or directory: a page of 1 GB or 2 MB */

#define TABLE_ENTRIES 512u
#define PGD_INDEX(a) (((word)(a) >> 39) & 511)
#define PUD_INDEX(a) (((word)(a) >> 30) & 511)
#define DIRECTORY_INDEX(a) (((word)(a) >> 21) & 511)
#define TABLE_INDEX(a) (((word)(a) >> 12) & 511)
#define PGD_SPAN 0x8000000000ul /* bytes one entry of each covers */
#define PUD_SPAN 0x40000000ul
#define DIRECTORY_SPAN 0x200000ul

/* The directory's entry for an address, which names its page table. Where a level above is missing: an entry that is 0 and
   stays so. */
pte_t *directory_entry(pte_t *pgd, word address);
unsigned upper_entries(pte_t *pgd, word address, pte_t **path); /* what stands above it: where that lies; how many */
bool directory_alloc(pte_t *pgd, word address); /* the levels above it; false: no frame */
word missing_span(pte_t *pgd, word address);    /* where there is no table for an address: how large the gap is at least */

#endif
