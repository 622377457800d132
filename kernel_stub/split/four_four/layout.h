/* 4G/4G, Ingo Molnar's split of 2003: user and kernel have a page directory each. Only the top
   16 MB are the same in both, because the CPU must find the IDT, the GDT, the TSS, a stack and
   some code there before anyone can load CR3.

     user's CR3                 kernel's CR3 (swapper_pg_dir)
     00001000..FEFFFFFF  user   00000000..01FFFFFF  nothing
                                02000000..          all of RAM: pointer = physical + 02000000
     FF000000..FFFFFFFF  the window, supervisor only, the same in both */
#ifndef SPLIT_LAYOUT_H
#define SPLIT_LAYOUT_H

#ifndef PAGE_OFFSET /* "layout", one of the four parts of it, may be left out */
#define PAGE_OFFSET 0x02000000
#define TASK_SIZE 0xFF000000
#endif

#define KERNEL_BASE 0 /* of the kernel's segments: linear address = pointer + KERNEL_BASE */
#define KERNEL_CODE_SEGMENT 0x00CF9A000000FFFF /* base 0, limit 4 GB, code, ring 0 */
#define KERNEL_DATA_SEGMENT 0x00CF92000000FFFF /* base 0, limit 4 GB, data, ring 0 */
#define USER_SEGMENTS_END_AT_3G false
#define KERNEL_FS 0 /* the kernel does not use it */

/* Kernel pages of RAM: present, writable, accessed, dirty. Never global: a user page may have
   the same address. */
#define DIRECT_MAP_FLAGS 0x063

/* The window, a page table's worth from FF000000. Between the parts lie unmapped guard pages. */
#define WINDOW 0xFF000000
#define WINDOW_TEXT 0xFF000000        /* 2 pages: entry code, the trampoline */
#define WINDOW_TEXT_PAGES 2
#define WINDOW_IDT 0xFF002000         /* 1 page */
#define WINDOW_GDT 0xFF003000         /* 2 pages */
#define WINDOW_TSS 0xFF005000         /* 4 pages */
#define WINDOW_STACK 0xFF00A000       /* 2 pages: the running task's kernel stack, once more */
#define WINDOW_LDT 0xFF00D000         /* 1 page: the running process's, if it has one */
#define WINDOW_KMAP 0xFF010000        /* one page a slot */

/* What stands for a page of a VMA without rights, as in Linux since 2.2: it is not present, but a
   bit that the CPU then ignores says that it is there (mm/pte.h). */
#define PROT_NONE_PTE 0x080

#define VMALLOC_END 0xFF000000 /* linear */

#endif
