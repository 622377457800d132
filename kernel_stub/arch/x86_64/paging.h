/* Page tables, and the two places at which the kernel has memory: all of RAM from PAGE_OFFSET up, and its own image once more
   from KERNEL_IMAGE up, in the last 2 GB, where addresses fit into 32 bits with a sign. */
#ifndef ARCH_PAGING_H
#define ARCH_PAGING_H

#include "cpu.h"
#include "layout.h"

#define PAGE_SIZE 4096ul
#define PAGE_MASK (~(PAGE_SIZE - 1)) /* of an address; of an entry, what is left is its frame, and NX */
#define PAGE_DOWN(a) ((word)(a)&PAGE_MASK)
#define PAGE_UP(a) (((word)(a) + PAGE_SIZE - 1) & PAGE_MASK)

#define PTE_P 0x001u /* present */
#define PTE_W 0x002u /* writable */
#define PTE_U 0x004u /* user may */
#define PTE_A 0x020u /* accessed */
#define PTE_D 0x040u /* dirty */
#define PTE_G 0x100u /* global */

#define LINEAR(pointer) ((word)(pointer)) /* segments have no say */
#define POINTER(physical) ((void *)((word)(physical) + PAGE_OFFSET)) /* the kernel's, to RAM */

/* Of a kernel pointer, into the image or into the map of RAM. */
ALWAYS_INLINE word physical_address(word pointer)
{
    return pointer >= KERNEL_IMAGE ? pointer - KERNEL_IMAGE : pointer - PAGE_OFFSET;
}
#define PHYSICAL(pointer) physical_address((word)(pointer))
#define TEXT_TO_WRITE(text) POINTER(PHYSICAL(text)) /* the image's text is read-only, but not its frames */

#include "levels.h"

#define MAX_RAM 0x20000000u /* 512 MB */

extern pte_t swapper_pg_dir[]; /* the kernel's own: what CR3 names before there is a process */

extern pte_t image_tables[]; /* of its image, filled by head.S */

/* The entry of an address in the image. */
ALWAYS_INLINE pte_t *image_entry(word address)
{
    return &image_tables[(address - KERNEL_IMAGE) / PAGE_SIZE];
}

/* levels.c: 2^order roots in one piece, the first with the kernel's half. NULL: no frame. */
pte_t *pgd_alloc(unsigned order);
void pgd_free(pte_t *pgd); /* with the tables of user addresses; what they map must be gone */

#endif
