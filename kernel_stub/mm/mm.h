/* Memory: frames of RAM, the kernel's heap, a process's address space, and what fills it on
   demand. */
#ifndef MM_H
#define MM_H

#include "abi/mman.h"
#include "abi/tracepoints.h"
#include "arch/i386/paging.h"

struct file;

/* One for every frame of RAM. */
struct page {
    uint32_t count;     /* owners: page table entries, and the page cache */
    uint32_t flags;     /* PAGE_USER */
    struct file *file;  /* page cache: whose page */
    uint32_t index;     /* page cache: which page of the file */
    struct page *next;  /* free list, or the page cache's chain */
};
#define PAGE_USER 1u /* holds a program's memory: its reference counts are part of the story */

extern struct page *mem_map;
extern uint32_t zero_frame; /* physical address of the shared page of zeros */

/* frames.c */
void frames_init(uint32_t frames);
void frames_reserve(word physical, word bytes);
uint32_t frame_alloc(void); /* physical address of a zeroed frame, or 0 */
void frame_free(uint32_t frame);
uint32_t user_frame_alloc(void);
void *stack_alloc(void); /* a kernel stack, or NULL */
void stack_free(void *stack);
uint32_t frames_total(void), frames_free(void);
struct page *page_of(uint32_t frame);
uint32_t frame_of(const struct page *page);
void page_get(struct page *page);
void page_put(struct page *page);

/* kmalloc.c */
void *kmalloc(size_t n); /* zeroed, at most a page */
void kfree(void *object, size_t n);

/* A range of a process's address space with one set of rights and one origin. */
struct vma {
    word start, end; /* page aligned, end exclusive */
    uint32_t prot;   /* PROT_* */
    uint32_t flags;
    struct file *file; /* NULL: anonymous */
    word pgoff;        /* of start, in pages of the file */
    struct vma *next;  /* by address */
};
#define VMA_SHARED 1u
#define VMA_GROWSDOWN 2u
#define VMA_HEAP 4u
#define VMA_STACK 8u

#define MAX_VMAS 64
#define STACK_LIMIT 0x800000u /* 8 MB */
#define STACK_GUARD PAGE_SIZE

struct mm {
    pte_t *directory;
    struct vma *vmas;
    unsigned vma_count;
    word start_brk, brk;
    uint32_t minor_faults, major_faults, resident;
};

/* page_table.c */
struct mm *mm_new(void);
void mm_destroy(struct mm *mm);
pte_t *pte_find(struct mm *mm, word address);  /* NULL: no table there */
pte_t *pte_alloc(struct mm *mm, word address); /* NULL: no frame */
bool map_new_page(struct mm *mm, word address, uint32_t frame);
void zap_range(struct mm *mm, word start, word end);

/* vma.c */
struct vma *find_vma(struct mm *mm, word address); /* the first that ends above address */
struct vma *find_vma_below(struct mm *mm, word address);
int vma_insert(struct mm *mm, word start, word end, uint32_t prot, uint32_t flags,
               struct file *file, word pgoff);
int vma_remove(struct mm *mm, word start, word end);
void trace_vma(enum tp_vma_op op, const struct vma *vma);

/* mmap.c: the result is an address, or a negated error number, which is_error() knows by its
   size */
word do_mmap(struct mm *mm, word addr, word len, uint32_t prot, uint32_t flags, struct file *file,
             word pgoff);
long do_munmap(struct mm *mm, word addr, word len);
ALWAYS_INLINE bool is_error(word result)
{
    return result > (word)-4096;
}

/* fault.c */
enum fault_result { FAULT_DONE, FAULT_MAPERR, FAULT_ACCERR, FAULT_SIGBUS, FAULT_NO_MEMORY };
#define FAULT_ANY_STACK ((word)-1)
enum fault_result fault_in(struct mm *mm, word address, bool write, bool present, word stack);

#endif
