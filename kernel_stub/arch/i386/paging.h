/* Page tables. How many levels they have, and how wide an entry is, is the image's choice: two_level/
   and three_level/ beside this file each have a levels.h, and CMake puts one of them in the path. */
#ifndef ARCH_PAGING_H
#define ARCH_PAGING_H

#include "cpu.h"
#include "layout.h"

#define PAGE_SIZE 4096u
#define PAGE_MASK (~(PAGE_SIZE - 1)) /* of an address; of an entry, what is left is its frame */
#define PAGE_DOWN(a) ((word)(a)&PAGE_MASK)
#define PAGE_UP(a) (((word)(a) + PAGE_SIZE - 1) & PAGE_MASK)

#define PTE_P 0x001u /* present */
#define PTE_W 0x002u /* writable */
#define PTE_U 0x004u /* user may */
#define PTE_A 0x020u /* accessed */
#define PTE_D 0x040u /* dirty */
#define PTE_G 0x100u /* global */

/* A pointer is an offset in the kernel's segments; the MMU, CR2, GDTR and the TSS's descriptor know linear
   addresses only. */
#define LINEAR(pointer) ((word)(pointer) + KERNEL_BASE)
#define PHYSICAL(pointer) ((word)(pointer)-PAGE_OFFSET)     /* of a kernel pointer */
#define POINTER(physical) ((void *)((word)(physical) + PAGE_OFFSET)) /* the kernel's, to RAM */
#define TEXT_TO_WRITE(text) ((void *)(text))

#include "levels.h"

#define MAX_RAM 0x20000000u /* 512 MB */

extern pte_t swapper_pg_dir[];                /* the kernel's own: what CR3 names before there is a process */
extern pte_t direct_map[MAX_RAM / PAGE_SIZE]; /* its tables of RAM, filled by head.S */

/* levels.c: the tables of a process. The first own gigabytes of its address space are its own, the
   rest is the kernel's, the same for all. NULL: no frame. */
pte_t *pgd_alloc(unsigned own);
void pgd_free(pte_t *pgd); /* with the tables of user addresses; what they map must be gone */

#endif
