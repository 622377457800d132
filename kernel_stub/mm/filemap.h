/* The page cache: every page of a file that is in RAM has one frame there, for all who map or read
   it. */
#ifndef MM_FILEMAP_H
#define MM_FILEMAP_H

#include "mm/mm.h"

extern const struct vm_operations filemap_vm_operations;

struct page *filemap_find(struct file *file, uint32_t index); /* NULL: not in RAM */
/* The page, with a count for the caller, read from its disk if need be: *major tells. NULL: no
   memory, or the disk fails. */
struct page *filemap_get(struct file *file, uint32_t index, bool *major);
bool filemap_write(struct page *page);  /* to the file's disk; false: it could not be */
void filemap_remove(struct page *page); /* nobody maps it: out of the cache, and free */
bool filemap_shrink(void);              /* drop one clean page that nobody maps; false: none */
void filemap_truncate(struct file *file); /* what lies behind its size is no longer the file's */
uint32_t filemap_frames(void);          /* how many pages are in the cache */
word file_pages(const struct file *file);
bool file_read(struct file *file, word offset, void *to, word n); /* kernel memory; all or false */

/* shmem.c: memory that processes share without a file, as a file of its own that only they have;
   it has one user, the caller. NULL: no memory. */
struct file *shmem_file(word size);

/* Which page of the file is at an address of a VMA. */
ALWAYS_INLINE word vma_pgoff(const struct vma *vma, word address)
{
    return vma->pgoff + (address - vma->start) / PAGE_SIZE;
}

#endif
