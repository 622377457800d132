/* 4G/4G, Ingo Molnar's split of 2003: user and kernel have a page directory each. Only the top
   16 MB are the same in both, because the CPU must find the IDT, the GDT, the TSS, a stack and
   some code there before anyone can load CR3.

     user's CR3                 kernel's CR3 (swapper_pg_dir)
     00001000..FEFFFFFF  user   00000000..01FFFFFF  nothing
                                02000000..          all of RAM: pointer = physical + 02000000
     FF000000..FFFFFFFF  the window, supervisor only, the same in both */
#ifndef SPLIT_LAYOUT_H
#define SPLIT_LAYOUT_H

#define PAGE_OFFSET 0x02000000
#define TASK_SIZE 0xFF000000

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
#define WINDOW_KMAP 0xFF010000        /* one page a slot */

#define KM_USER_COPY 0 /* the kmap slot of copy_from_user and copy_to_user */

#endif
