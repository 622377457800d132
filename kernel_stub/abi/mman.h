/* Arguments of mmap, mprotect and old_mmap, Linux's values. */
#ifndef RINGSIDE_ABI_MMAN_H
#define RINGSIDE_ABI_MMAN_H

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20

/* old_mmap (i386, number 90) takes one pointer to its six arguments: six words, 24 bytes, fetched by copy_from_user. */
struct old_mmap_arguments {
    unsigned long addr, len, prot, flags, fd, offset;
};

#endif
