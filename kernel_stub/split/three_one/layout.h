/* 3G/1G: user and kernel share every page directory; the U/S bit is the only wall between them.

     00000000  one page, never mapped (NULL)
     00001000  user: program 08048000, mmap from 40000000, stack down from C0000000
     C0000000  one page, not present (the kernel's own NULL + PAGE_OFFSET)
     C0001000  all of RAM, supervisor only: kernel pointer = physical address + C0000000  */
#ifndef SPLIT_LAYOUT_H
#define SPLIT_LAYOUT_H

#define PAGE_OFFSET 0xC0000000
#define TASK_SIZE 0xC0000000

/* Kernel pages of RAM: present, writable, accessed, dirty, global. "Global" means nothing until
   CR4.PGE is set. */
#define DIRECT_MAP_FLAGS 0x163

#endif
