/* 3G/1G: user and kernel share every page directory; the U/S bit is the only wall between them.

     00000000  one page, never mapped (NULL)
     00001000  user: program 08048000, mmap from 40000000, stack down from C0000000
     C0000000  one page, not present (the kernel's own NULL + PAGE_OFFSET)
     C0001000  all of RAM, supervisor only: kernel pointer = physical address + C0000000  */
#ifndef SPLIT_LAYOUT_H
#define SPLIT_LAYOUT_H

#define PAGE_OFFSET 0xC0000000
#define TASK_SIZE 0xC0000000

#define KERNEL_BASE 0 /* of the kernel's segments: linear address = pointer + KERNEL_BASE */
#define KERNEL_CODE_SEGMENT 0x00CF9A000000FFFF /* base 0, limit 4 GB, code, ring 0 */
#define KERNEL_DATA_SEGMENT 0x00CF92000000FFFF /* base 0, limit 4 GB, data, ring 0 */
#define USER_SEGMENTS_END_AT_3G false          /* unless the command line says so */
#define KERNEL_FS 0                            /* the kernel does not use it */

/* Kernel pages of RAM: present, writable, accessed, dirty, global. "Global" means nothing until
   CR4.PGE is set. */
#define DIRECT_MAP_FLAGS 0x163

/* What stands for a page of a VMA without rights, as in Linux since 2.2: it is not present, but a
   bit that the CPU then ignores says that it is there (mm/pte.h). */
#define PROT_NONE_PTE 0x080

#define VMALLOC_END 0xFF800000 /* linear */

#endif
