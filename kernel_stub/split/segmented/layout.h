/* Segmented, as Linux 1.0 to 2.0: the linear addresses are those of 3G/1G, but the kernel's segments
   begin at 3 GB, so that its pointers do not. The same number is one place for DS and another for FS.

     linear                                               the kernel names it
     00001000  user: program 08048000, mmap from          FS:00001000..
               40000000, stack down from C0000000
     C0000000  one page, not present                      NULL
     C0001000  all of RAM, supervisor only                DS:pointer, pointer = physical address

   The program's segments end at 3 GB; the kernel's hold the 1 GB above. A number that passes one of
   the limits is refused by the segment (#GP) before any page table is read. */
#ifndef SPLIT_LAYOUT_H
#define SPLIT_LAYOUT_H

#define PAGE_OFFSET 0
#define TASK_SIZE 0xC0000000

#define KERNEL_BASE 0xC0000000
#define KERNEL_CODE_SEGMENT 0xC0C39A000000FFFF /* base C0000000, limit 1 GB, code, ring 0 */
#define KERNEL_DATA_SEGMENT 0xC0C392000000FFFF /* base C0000000, limit 1 GB, data, ring 0 */
#define USER_SEGMENTS_END_AT_3G true

/* FS reaches user memory, from the entry into the kernel to the way out. */
#define KERNEL_FS USER_DS

/* Kernel pages of RAM: present, writable, accessed, dirty, global. */
#define DIRECT_MAP_FLAGS 0x163

/* What stands for a page of a VMA without rights: as in Linux 2.0 it is present and accessed, but
   the supervisor's. The program cannot reach it; the kernel, if it did not ask first, could. */
#define PROT_NONE_PTE 0x021

#define VMALLOC_END 0xFF800000 /* linear */

#endif
