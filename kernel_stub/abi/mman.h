/* Arguments of mmap, mprotect and old_mmap, Linux's values. */
#ifndef RINGSIDE_ABI_MMAN_H
#define RINGSIDE_ABI_MMAN_H

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define PROT_SEM 8              /* accepted, means nothing on x86 */
#define PROT_GROWSDOWN 0x01000000 /* mprotect: down to the start of the stack's VMA */
#define PROT_GROWSUP 0x02000000

#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_GROWSDOWN 0x0100
#define MAP_FIXED_NOREPLACE 0x100000

#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED 2

#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4

#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4

/* old_mmap (i386, number 90) takes one pointer to its six arguments: six words, 24 bytes, fetched by copy_from_user. */
struct old_mmap_arguments {
    unsigned long addr, len, prot, flags, fd, offset;
};

#endif
