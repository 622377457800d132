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

/* Command-line words: wp=on|off nx= smep= smap= pcid= pae= pge= (hardware features the kernel may use),
   user_limit=3g|4g (3g1g), parts=switch,layout,indirect,high (4g4g), bug=NAME. Absent means the default. */

#endif
