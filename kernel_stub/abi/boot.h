/* How Ringside starts a guest kernel: Multiboot 1 (0.6.96), so that the same images boot under other loaders.
   Protected mode, paging off, flat 4 GiB segments, interrupts off, EAX = 0x2BADB002, EBX = physical address of the
   multiboot information (at MULTIBOOT_INFO_ADDRESS here). Command line: `key=value` words, see BOOT_* below.
   The image's e_entry is the physical address of its first instruction; segments are loaded at p_paddr.
   Module 0 is the program, its string `name arg1 arg2 ...`; further modules are files of the root file system. Words are split at
   spaces; there is no quoting. The information, the strings and the modules may lie anywhere in RAM from 0x1000 up;
   the kernel copies the strings before it allocates and keeps its hands off the modules. */
#ifndef RINGSIDE_ABI_BOOT_H
#define RINGSIDE_ABI_BOOT_H

#define MULTIBOOT_HEADER_MAGIC 0x1BADB002u
#define MULTIBOOT_BOOT_MAGIC 0x2BADB002u
#define MULTIBOOT_INFO_ADDRESS 0x1000u /* the information, the memory map, the strings: one page */
#define KERNEL_LOAD_ADDRESS 0x00100000u

/* Command-line words. Hardware features that the kernel may use: wp=on|off pge=on|off (default on) nx= smep=
   smap= (default off, and off where CPUID has no such feature; nx takes page tables of three levels; segmented has none of
   the three). pae=on says that the image with three levels was loaded, pcid= is reserved: no i386 kernel reads the two.
   user_limit=3g|4g (3g1g), parts=switch,layout,indirect,high (4g4g), bug=NAME (abi/bugs.h).
   preempt=NAME|N|random (where the kernel lets another task run inside a system call: task/preempt.h), slice=N (a task's
   turn while others wait, in timer ticks), seed=N (of what is random).
   readahead=N, fault_around=N (pages; default 1, which is none: mm/filemap.c).
   access_ok=limit|sign|mask: how the range of a user pointer is checked (x86-64: split/x64/uaccess.c).
   kernel_hits=ignore|signal|count: what becomes of a program's watchpoint that the kernel hits (not 4g4g).
   check=1 has the kernel look at the rules of its memory after every system call and page fault, check=wx also that no
   area is writable and executable; it panics over the first that is broken. Absent means the default. */

#endif
