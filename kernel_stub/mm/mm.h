/* A process's memory: what it is promised (VMAs) and what it has (page tables). */
#ifndef MM_H
#define MM_H

#include "abi/mman.h"
#include "abi/tracepoints.h"
#include "mm/frames.h"
#include "mm/kmalloc.h"

struct file;
struct mm;
struct open_file;
struct vma;

/* VMA flags, Linux's bits: what is allowed, and four bits higher what mprotect may allow. */
#define VM_READ 0x1u
#define VM_WRITE 0x2u
#define VM_EXEC 0x4u
#define VM_SHARED 0x8u /* writes are for all to see; not set if nobody could write */
#define VM_MAYREAD 0x10u
#define VM_MAYWRITE 0x20u
#define VM_MAYEXEC 0x40u
#define VM_MAYSHARE 0x80u    /* mapped with MAP_SHARED, whatever became of it */
#define VM_GROWSDOWN 0x100u  /* a stack */
#define VM_PFNMAP 0x400u     /* frames without a count, by remap_pfn_range */
#define VM_IO 0x4000u        /* device registers: do not look at them without need */
#define VM_DONTCOPY 0x20000u /* not for fork's child */
#define VM_DONTEXPAND 0x40000u
#define VM_RESERVED 0x80000u     /* not for reclaim, as drivers said until 2.6.14 */
#define VM_DONTDUMP 0x04000000u
#define VM_SOFTDIRTY 0x08000000u /* everything in it counts as written */
#define VM_MIXEDMAP 0x10000000u  /* has counted frames of a driver's, by insert_page */
#define VM_HEAP 0x40000000u      /* made by brk: this kernel's own, as is */
#define VM_STACK 0x80000000u     /* the stack that exec made */

#define VM_ACCESS (VM_READ | VM_WRITE | VM_EXEC)
#define VM_MAYALL (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define VM_SPECIAL (VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP) /* never merged */
#define VM_ANON (VM_READ | VM_WRITE | VM_MAYALL) /* plain memory, for vma_insert */
_Static_assert(VM_READ == PROT_READ && VM_WRITE == PROT_WRITE && VM_EXEC == PROT_EXEC, "mmap");

/* What was done about a fault. */
enum fault_result {
    FAULT_DONE,
    FAULT_MAPERR,    /* no VMA: SIGSEGV, SEGV_MAPERR */
    FAULT_ACCERR,    /* the VMA does not allow it: SIGSEGV, SEGV_ACCERR */
    FAULT_SIGBUS,    /* the file or the driver has no page there */
    FAULT_NO_MEMORY, /* even after reclaim */
};

/* A question to a VMA's owner: which page belongs at address? The answer is a page with a count
   for the asker, or none, if the owner has set the page table entry itself. */
struct vm_fault {
    word address; /* page aligned */
    word pgoff;   /* the page of the file */
    bool write;
    struct page *page;
    bool major; /* it had to be read from a disk */
    enum tp_fault_in how; /* how the story calls it; TP_DRIVER unless the owner says otherwise */
};

struct vm_operations {
    void (*open)(struct vma *vma); /* one more VMA of this kind: fork, a split */
    void (*close)(struct vma *vma);
    enum fault_result (*fault)(struct vma *vma, struct vm_fault *fault);
    void (*map_pages)(struct vma *vma, word address); /* others near it, without being asked; or NULL */
};

/* A range of a process's address space with one set of rights and one origin. */
struct vma {
    struct mm *mm;
    word start, end; /* page aligned, end exclusive */
    uint32_t flags;  /* VM_* */
    struct file *file; /* NULL: anonymous */
    word pgoff;        /* of start, in pages of the file; 0 if anonymous */
    const struct vm_operations *ops; /* NULL: anonymous */
    void *private;                   /* the driver's */
    struct vma *next;                /* by address */
};

#define MAX_VMAS 64
#define STACK_LIMIT 0x800000u /* 8 MB */
#define STACK_GUARD PAGE_SIZE /* stays unmapped below a stack; Linux: 256 pages */

struct mm {
    unsigned users; /* tasks that share it */
    int pid;        /* whose it is, for the story */
    pte_t *pgd; /* its page tables, from the top: what CR3 names */
    struct file *program; /* what it runs; NULL: nothing yet */
    struct vma *vmas;
    unsigned vma_count;
    word start_brk, brk;
#ifdef __x86_64__
    word task_size; /* where its addresses end: an i386 program's earlier */
#endif
    uint64_t *ldt; /* a page of descriptors of its own, or NULL: arch/i386/user_segments.h */
    uint32_t minor_faults, major_faults;
    uint32_t resident; /* present entries in its page tables */
    uint32_t swapped;  /* entries that name a slot of the swap disk */
    struct mm *next, *prev; /* all of them, in the order of their birth */
};
extern struct mm *all_mms; /* the first one */
#ifdef __x86_64__
#define TASK_SIZE_OF(mm) ((mm)->task_size)
#else
#define TASK_SIZE_OF(mm) TASK_SIZE
#endif

/* mm.c */
struct mm *mm_new(void); /* with one user; NULL: no memory */
struct mm *mm_copy(struct mm *from);
void mm_get(struct mm *mm);
void mm_put(struct mm *mm); /* the last user's takes it apart */

/* soft_walk.c: the entry of the running program's page that allows the access, or 0. Sets A and D as the CPU does; rights as
   the CPU would see them at the last level, which decides here. */
pte_t soft_walk(word address, bool write);

/* page_table.c */
pte_t *pte_find(struct mm *mm, word address);  /* NULL: no table there */
pte_t *pte_alloc(struct mm *mm, word address); /* NULL: no frame */
pte_t *pte_alloc_in(pte_t *pgd, word address);
pte_t *pte_next(struct mm *mm, word *address, word end);
#define for_each_pte(pte, mm, address, end)                                                        \
    for (; ((pte) = pte_next(mm, &(address), end)); (address) += PAGE_SIZE)
uint32_t table_alloc(void);
void tables_free(pte_t *directory, unsigned count);
pte_t vm_page_prot(uint32_t vm_flags);
void set_pte(struct mm *mm, pte_t *pte, pte_t value);
void map_page(struct mm *mm, pte_t *pte, struct page *page, pte_t prot);
void page_unmapped(struct page *page);
void clear_pte(struct mm *mm, pte_t *pte, word address);
bool map_new_page(struct mm *mm, word address, uint32_t frame);
void zap_range(struct mm *mm, word start, word end);
bool copy_range(struct mm *to, const struct vma *vma);
void change_protection(struct mm *mm, word start, word end, uint32_t vm_flags);
bool move_page_tables(struct mm *mm, word from, word to, word len);
void flush_tlb_page(struct mm *mm, word address);
void flush_tlb_all(struct mm *mm);

/* vma.c */
struct vma *find_vma(struct mm *mm, word address); /* the first that ends above address */
struct vma *find_vma_below(struct mm *mm, word address);
struct vma *vma_new(struct mm *mm, word start, word end, uint32_t flags, struct file *file,
                    word pgoff);
void vma_free(struct vma *vma);
void vma_set_file(struct vma *vma, struct file *file);
bool vma_link(struct vma *vma);
int vma_insert(struct mm *mm, word start, word end, uint32_t flags, struct file *file, word pgoff);
bool vma_copy(struct mm *to, const struct vma *vma);
int vma_remove(struct mm *mm, word start, word end);
void vma_remove_all(struct mm *mm);
int vma_change_flags(struct vma *vma, word start, word end, uint32_t flags);
void trace_vma(enum tp_vma_op op, const struct vma *vma);
void trace_vma_of(int pid, enum tp_vma_op op, const struct vma *vma);
const char *vma_name(const struct vma *vma); /* NULL: it has none */

/* mmap.c: the result is an address, or a negated error number, which is_error() knows by its
   size */
word do_mmap(struct mm *mm, word addr, word len, uint32_t prot, uint32_t flags,
             struct open_file *open, word pgoff);
long do_munmap(struct mm *mm, word addr, word len);
bool range_is_free(struct mm *mm, word start, word end);
word get_unmapped_area(struct mm *mm, word hint, word len);
ALWAYS_INLINE bool is_error(word result)
{
    return result > (word)-4096;
}

/* fault.c: error is made of the bits of a page fault's error code */
#define FAULT_PRESENT 0x01u /* the CPU found a page, but one that does not allow the access */
#define FAULT_WRITE 0x02u
#define FAULT_FETCH 0x10u
#define FAULT_ANY_STACK ((word)-1) /* instead of the program's ESP: do not ask */
enum fault_result fault_in(struct mm *mm, word address, uint32_t error, word stack);
enum fault_result handle_mm_fault(struct vma *vma, word address, bool write, bool grown);
/* The VMA above the address becomes its own, if it is a stack that may grow so far. */
bool stack_grow(struct mm *mm, struct vma *vma, word address, word stack);

/* gup.c: another way to a program's memory: not by its addresses but by its frames. Any process's,
   whoever runs. */
#define FOLL_WRITE 1u
#define FOLL_FORCE 2u /* what the process itself could not do, a debugger may */
/* The page with a count for the caller; NULL: EFAULT, or there is no memory. */
struct page *get_user_page(struct mm *mm, word address, uint32_t flags);
/* Kernel memory to or from a process's; bytes that were moved. */
word access_process_vm(struct mm *mm, word address, void *buffer, word n, uint32_t flags);

#endif
