/* The area above the map of RAM, one page at a time in the kernel's own page tables. Addresses are
   handed out in rising order and do not come back: there are hundreds of megabytes of them. A guard
   page follows each piece. */
#include "mm/vmalloc.h"

#include "mm/frames.h"
#include "mm/mm.h"
#include "split/split.h"
#include "task/task.h"

#define GAP 0x800000u /* 8 MB between the map of RAM and here: who runs over the one faults */
#define KERNEL_PAGE (PTE_P | PTE_W | PTE_A | PTE_D)

static word next; /* linear */

static word area_start(void)
{
#ifdef VMALLOC_START /* layout.h: far away */
    return VMALLOC_START;
#else
    return LINEAR(POINTER(0)) + frames_total() * PAGE_SIZE + GAP;
#endif
}

/* The kernel's own directory has the entry first; a process's directory, where the kernel has
   a copy of it, gets it when it is needed: see vmalloc_fault. */
static pte_t *kernel_pte(word linear)
{
    return pte_alloc_in(swapper_pg_dir, linear);
}

/* Room for n pages. 0: there is none. */
static word reserve(word n)
{
    if (!next)
        next = area_start();
    if (n == 0 || n >= (VMALLOC_END - next) / PAGE_SIZE)
        return 0;
    word start = next;
    next += (n + 1) * PAGE_SIZE;
    return start;
}

static void unmap(word linear)
{
    pte_t *pte = kernel_pte(linear);
    *pte = 0;
    invlpg(linear - KERNEL_BASE);
}

void *ioremap(uint32_t physical, word size)
{
    word offset = physical % PAGE_SIZE, pages = PAGE_UP(offset + size) / PAGE_SIZE;
    word start = reserve(pages);
    for (word i = 0; start && i < pages; i++) {
        pte_t *pte = kernel_pte(start + i * PAGE_SIZE);
        if (!pte)
            return NULL;
        *pte = (PAGE_DOWN(physical) + i * PAGE_SIZE) | KERNEL_PAGE;
    }
    return start ? (void *)(start + offset - KERNEL_BASE) : NULL;
}

void iounmap(void *address)
{
    for (word at = PAGE_DOWN(LINEAR(address)); *kernel_pte(at); at += PAGE_SIZE)
        unmap(at);
}

void *vmalloc(word size)
{
    word pages = PAGE_UP(size) / PAGE_SIZE, start = reserve(pages);
    for (word i = 0; start && i < pages; i++) {
        pte_t *pte = kernel_pte(start + i * PAGE_SIZE);
        uint32_t frame = pte ? frame_alloc() : 0;
        if (!frame) {
            vfree((void *)(start - KERNEL_BASE));
            return NULL;
        }
        *pte = frame | KERNEL_PAGE;
    }
    return start ? (void *)(start - KERNEL_BASE) : NULL;
}

void vfree(void *address)
{
    for (word at = LINEAR(address); *kernel_pte(at); at += PAGE_SIZE) {
        uint32_t frame = (uint32_t)(*kernel_pte(at) & PAGE_MASK);
        unmap(at);
        frame_free(frame);
    }
}

bool vmalloc_fault(word linear)
{
    if (!split_kernel_faults_in || !next || linear < area_start() || linear >= next)
        return false;
    pte_t *mine = directory_entry(current->mm->pgd, linear);
    pte_t master = *directory_entry(swapper_pg_dir, linear);
    if (*mine || !(master & PTE_P))
        return false;
    *mine = master;
    return true;
}
