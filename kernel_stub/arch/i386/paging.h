/* Two-level page tables, 4 KiB pages.

      31        22 21        12 11          0
     +------------+------------+-------------+      bits 0 P, 1 W, 2 U, 5 A, 6 D, 8 G
     | directory  |   table    |   offset    |
     +------------+------------+-------------+                                              */
#ifndef ARCH_PAGING_H
#define ARCH_PAGING_H

#include "arch/i386/cpu.h"
#include "layout.h"

#define PAGE_SIZE 4096u
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_DOWN(a) ((word)(a)&PAGE_MASK)
#define PAGE_UP(a) (((word)(a) + PAGE_SIZE - 1) & PAGE_MASK)

typedef uint32_t pte_t;

#define PTE_P 0x001u /* present */
#define PTE_W 0x002u /* writable */
#define PTE_U 0x004u /* user may */
#define PTE_A 0x020u /* accessed */
#define PTE_D 0x040u /* dirty */
#define PTE_G 0x100u /* global */

#define DIRECTORY_INDEX(a) ((word)(a) >> 22)
#define TABLE_INDEX(a) (((word)(a) >> 12) & 1023)
#define DIRECTORY_SPAN 0x400000u /* bytes one directory entry covers */

#define PHYSICAL(pointer) ((word)(pointer)-PAGE_OFFSET)     /* of a kernel pointer */
#define POINTER(physical) ((void *)((word)(physical) + PAGE_OFFSET)) /* the kernel's, to RAM */

#define MAX_RAM 0x20000000u /* 512 MB */

extern pte_t swapper_pg_dir[1024];           /* the kernel's own directory */
extern pte_t direct_map[MAX_RAM / PAGE_SIZE]; /* its tables of RAM, filled by head.S */

#endif
