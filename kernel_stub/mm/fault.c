/* Demand paging: give the page at an address its frame, if the process may have one there. A page
   fault comes here, and under 4G/4G every look-up of user memory that missed. The order of the
   questions, and the names of the answers, are those of Linux's do_page_fault and
   handle_mm_fault. */
#include "mm/filemap.h"
#include "mm/mm.h"
#include "mm/pte.h"
#include "mm/swap.h"
#include "mm/uaccess.h"
#include "regs.h"
#include "trap/tracepoint.h"

/* One fault on its way. */
struct fault {
    struct mm *mm;
    struct vma *vma;
    pte_t *pte;
    word address; /* page aligned */
    bool write;
    bool grown; /* the stack has just grown to here */
    bool major; /* a disk was read */
};

/* An access below a stack means it is growing, if it is not too far below (regs.h). The kernel,
   copying for the program, is not asked. A guard page stays between the stack and what is under
   it. */
static bool stack_may_grow(struct mm *mm, const struct vma *vma, word address, word stack)
{
    if (!(vma->flags & VM_GROWSDOWN))
        return false;
    if (stack != FAULT_ANY_STACK && address + BELOW_STACK < stack)
        return false;
    if (vma->end - PAGE_DOWN(address) > STACK_LIMIT)
        return false;
    struct vma *below = find_vma_below(mm, address);
    return !below || PAGE_DOWN(address) >= below->end + STACK_GUARD;
}

bool stack_grow(struct mm *mm, struct vma *vma, word address, word stack)
{
    if (!stack_may_grow(mm, vma, address, stack))
        return false;
    vma->start = PAGE_DOWN(address);
    trace_vma(TP_VMA_GROW, vma);
    return true;
}

static enum fault_result told(const struct fault *f, enum tp_fault_in how)
{
    trace(TP_FAULT_IN, how, f->address, pte_frame(*f->pte), f->major, 0);
    return FAULT_DONE;
}

/* What a write leaves in the entry. A debugger's leaves a read-only page read-only. */
static pte_t written(const struct fault *f)
{
    return PTE_A | PTE_D | PTE_SOFT_DIRTY | (f->vma->flags & VM_WRITE ? PTE_W : 0);
}

/* An entry for a page of the process's own, which is about to be written to. */
static void map_written(const struct fault *f, struct page *page)
{
    page->flags |= PG_ANON;
    map_page(f->mm, f->pte, page, vm_page_prot(f->vma->flags) | written(f));
}

/* Memory that comes from nowhere is zero: to read it the one page of zeros will do, to write it
   takes a frame. */
static enum fault_result do_anonymous_page(struct fault *f)
{
    if (!f->write && !f->grown) {
        pte_t prot = vm_page_prot(f->vma->flags) & ~(pte_t)PTE_W; /* never, for the page is all's */
        set_pte(f->mm, f->pte, zero_frame | prot | PTE_A | PTE_SPECIAL);
        return told(f, TP_ZERO);
    }
    struct page *page = alloc_pages(GFP_USER, 0);
    if (!page)
        return FAULT_NO_MEMORY;
    map_written(f, page);
    return told(f, f->grown ? TP_STACK : TP_ANON);
}

/* The page that the VMA's owner gives, the page cache's own frame or a driver's. A write to a
   private VMA copies it at once, which saves the second fault. */
static enum fault_result do_fault(struct fault *f)
{
    struct vm_fault question = {
        .address = f->address,
        .pgoff = vma_pgoff(f->vma, f->address),
        .write = f->write,
        .how = TP_DRIVER,
    };
    bool copy = f->write && !(f->vma->flags & VM_SHARED);
    struct page *own = copy ? alloc_pages(GFP_USER, 0) : NULL;
    if (copy && !own)
        return FAULT_NO_MEMORY;
    enum fault_result result = f->vma->ops->fault(f->vma, &question);
    struct page *page = question.page;
    f->major = question.major;
    if (own && page) {
        memcpy(page_address(own), page_address(page), PAGE_SIZE);
        put_page(page);
        map_written(f, own);
        return told(f, TP_COW);
    }
    if (own)
        put_page(own);
    if (page) {
        pte_t prot = vm_page_prot(f->vma->flags) | PTE_A;
        if (f->write)
            prot |= written(f);
        map_page(f->mm, f->pte, page, prot);
        if (!f->write && f->vma->ops->map_pages)
            f->vma->ops->map_pages(f->vma, f->address);
    }
    return result == FAULT_DONE ? told(f, question.how) : result;
}

/* A write to a page that is present but read-only, in a VMA that may be written. A shared page was
   read-only because its first write was to be noticed. Of a private one the frame may have other
   owners: then a copy is made. */
static enum fault_result do_wp_page(struct fault *f)
{
    pte_t old = *f->pte;
    struct page *page = vm_normal_page(old);
    bool shared = f->vma->flags & VM_SHARED && pte_frame(old) != zero_frame;
    if (shared || (page && page_is_exclusive(page))) {
        set_pte(f->mm, f->pte, old | written(f));
        flush_tlb_page(f->mm, f->address);
        return told(f, TP_REUSE);
    }
    struct page *copy = alloc_pages(GFP_USER, 0);
    if (!copy)
        return FAULT_NO_MEMORY;
    if (*f->pte != old) { /* reclaim took the page, to find a frame for its copy: fault again */
        put_page(copy);
        return FAULT_DONE;
    }
    memcpy(page_address(copy), POINTER(pte_frame(old)), PAGE_SIZE);
    clear_pte(f->mm, f->pte, f->address);
    map_written(f, copy);
    return told(f, TP_COW);
}

/* Back from the swap disk, or still there in the swap cache. Read, the page stays in the cache and
   its slot keeps the same bytes; written, it gives the slot up, unless another process's entry
   names it too: then the write goes to a copy. */
static enum fault_result do_swap_page(struct fault *f)
{
    uint32_t slot = swap_slot_of(*f->pte);
    struct page *page = swap_in(slot, &f->major);
    if (!page)
        return FAULT_NO_MEMORY;
    map_page(f->mm, f->pte, page, vm_page_prot(f->vma->flags) | PTE_A | PTE_SOFT_DIRTY);
    swap_free(slot);
    if (f->write && page_is_exclusive(page)) {
        set_pte(f->mm, f->pte, *f->pte | written(f));
        return told(f, TP_SWAP);
    }
    told(f, TP_SWAP);
    return f->write ? do_wp_page(f) : FAULT_DONE;
}

static enum fault_result handle_pte_fault(struct fault *f)
{
    if (*f->pte == 0)
        return f->vma->ops && f->vma->ops->fault ? do_fault(f) : do_anonymous_page(f);
    if (pte_is_swap(*f->pte))
        return do_swap_page(f);
    if (f->write && !(*f->pte & PTE_W))
        return do_wp_page(f);
    flush_tlb_page(f->mm, f->address); /* the entry allows it by now: a stale TLB entry did not */
    return told(f, TP_SPURIOUS);
}

static unsigned disabled;

void pagefault_disable(void)
{
    disabled++;
}

void pagefault_enable(void)
{
    disabled--;
}

bool pagefaults_are_disabled(void)
{
    return disabled > 0;
}

/* The VMA allows the access: make it possible, and count. */
enum fault_result handle_mm_fault(struct vma *vma, word address, bool write, bool grown)
{
    struct fault f = {
        .mm = vma->mm,
        .vma = vma,
        .pte = pte_alloc(vma->mm, address),
        .address = PAGE_DOWN(address),
        .write = write,
        .grown = grown,
    };
    enum fault_result result = f.pte ? handle_pte_fault(&f) : FAULT_NO_MEMORY;
    if (result == FAULT_DONE && f.major)
        f.mm->major_faults++;
    else if (result == FAULT_DONE)
        f.mm->minor_faults++;
    return result;
}

/* error: FAULT_ bits. stack: the program's ESP, or FAULT_ANY_STACK. */
enum fault_result fault_in(struct mm *mm, word address, uint32_t error, word stack)
{
    bool write = error & FAULT_WRITE;
    struct vma *vma = find_vma(mm, address);
    if (!vma)
        return FAULT_MAPERR;
    bool grown = address < vma->start;
    if (grown && !stack_grow(mm, vma, address, stack))
        return FAULT_MAPERR;
    if (write && !(vma->flags & VM_WRITE))
        return FAULT_ACCERR;
    if (error & FAULT_FETCH && !(vma->flags & VM_EXEC))
        return FAULT_ACCERR;
    if (!write && (error & FAULT_PRESENT || !(vma->flags & VM_ACCESS)))
        return FAULT_ACCERR;
    return handle_mm_fault(vma, address, write, grown);
}
