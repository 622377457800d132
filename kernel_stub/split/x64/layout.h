/* x64: the lower half of the addresses is the program's, the upper half the kernel's, in every page table; the U/S bit is the only
   wall between them, as in 3G/1G. In between lie the addresses that are not canonical: no table could translate them.

     0000000000000000  one page, never mapped (NULL)
     0000000000001000  user: program 400000, mmap down from 7FFFF7FFF000, stack down from 7FFFFFFFF000
     00007FFFFFFFF000  one page, never mapped: so that no range ends where the hole begins
     0000800000000000  not canonical
     FFFF888000000000  all of RAM, supervisor only: pointer = physical address + FFFF888000000000
     FFFFC90000000000  vmalloc, ioremap
     FFFFFE0000000000  cpu_entry_area: IDT, GDT, TSS, the CPU's stacks
     FFFFFFFF80000000  the kernel's image: physical address + FFFFFFFF80000000 */
#ifndef SPLIT_LAYOUT_H
#define SPLIT_LAYOUT_H

#define PAGE_OFFSET 0xffff888000000000
#define KERNEL_IMAGE 0xffffffff80000000
#define TASK_SIZE 0x7ffffffff000
#define COMPAT_TASK_SIZE 0xffffe000 /* of an i386 program under this kernel */
#define MMAP_GAP 0x8000000 /* mmap goes down from so far below the top: 128 MB are left to the stack, as in Linux */
#define VMALLOC_START 0xffffc90000000000
#define VMALLOC_END 0xffffe90000000000
#define PGD_SLOT(address) (((address) >> 39) & 511)

#define KERNEL_BASE 0 /* of the kernel's segments: there are none */
#define USER_SEGMENTS_END_AT_3G false
#define KERNEL_FS 0 /* the kernel does not use it */

#ifndef SPLIT_USER_ROOT
#define SPLIT_USER_ROOT 0 /* a process has one root, and not a second one for ring 3 */
#endif

/* G in the entries of the kernel's own pages: a load of CR3 leaves them in the TLB. With a root for ring 3, which must not reach
   them, only what both roots have alike may stay (kpti/split.c). */
#if SPLIT_USER_ROOT
#define KERNEL_GLOBAL 0
#else
#define KERNEL_GLOBAL 0x100
#endif

/* What stands for a page of a VMA without rights, as in Linux since 2.2: it is not present, but a bit that the CPU then ignores
   says that it is there (mm/pte.h). */
#define PROT_NONE_PTE 0x080

#endif
