/* Demand paging: give the page at an address its frame, if the process may have one there. A
   page fault comes here, and under 4G/4G every look-up of user memory that missed. The order of
   the questions is that of Linux's do_page_fault and handle_mm_fault. */
#include "fs/file.h"
#include "mm/mm.h"
#include "split/split.h"
#include "trap/tracepoint.h"

/* An access below a stack means it is growing, if it is not too far below: PUSHA and ENTER touch
   up to 32 bytes under ESP. The kernel, copying for the program, is not asked. A guard page
   stays between the stack and what is under it. */
static bool stack_may_grow(struct mm *mm, const struct vma *vma, word address, word stack)
{
    if (!(vma->flags & VMA_GROWSDOWN))
        return false;
    if (stack != FAULT_ANY_STACK && address + 32 < stack)
        return false;
    if (vma->end - PAGE_DOWN(address) > STACK_LIMIT)
        return false;
    struct vma *below = find_vma_below(mm, address);
    return !below || PAGE_DOWN(address) >= below->end + STACK_GUARD;
}

static pte_t rights(const struct vma *vma, bool writable)
{
    return PTE_P | PTE_U | PTE_A | (writable && (vma->prot & PROT_WRITE) ? PTE_W : 0);
}

/* Tell and count what was done. */
static enum fault_result done(struct mm *mm, enum tp_fault_in how, word address, uint32_t frame,
                              bool major)
{
    if (major)
        mm->major_faults++;
    else
        mm->minor_faults++;
    trace(TP_FAULT_IN, how, PAGE_DOWN(address), frame, major, 0);
    return FAULT_DONE;
}

/* Memory that comes from nowhere is zero: to read it the one page of zeros will do, to write it
   takes a frame. */
static enum fault_result anonymous_page(struct mm *mm, struct vma *vma, pte_t *pte, word address,
                                        bool write, bool grown)
{
    enum tp_fault_in how = grown ? TP_STACK : TP_ANON;
    uint32_t frame;
    if (write || grown || (vma->flags & VMA_SHARED)) {
        frame = user_frame_alloc();
        if (!frame)
            return FAULT_NO_MEMORY;
        *pte = frame | rights(vma, true) | (write ? PTE_D : 0);
    } else {
        how = TP_ZERO;
        frame = zero_frame;
        *pte = frame | rights(vma, false);
    }
    mm->resident++;
    return done(mm, how, address, frame, false);
}

/* A page of a file. To read it, map the page cache's own frame, read-only; to write it, make the
   private copy at once, which saves the second fault. */
static enum fault_result file_page_in(struct mm *mm, struct vma *vma, pte_t *pte, word address,
                                      bool write)
{
    word index = vma->pgoff + (PAGE_DOWN(address) - vma->start) / PAGE_SIZE;
    if (index >= file_pages(vma->file))
        return FAULT_SIGBUS;
    bool major;
    struct page *page = file_page(vma->file, index, &major);
    if (!page)
        return FAULT_NO_MEMORY;
    uint32_t frame = frame_of(page);
    if (write) {
        frame = user_frame_alloc();
        if (!frame)
            return FAULT_NO_MEMORY;
        memcpy(POINTER(frame), POINTER(frame_of(page)), PAGE_SIZE);
        *pte = frame | rights(vma, true) | PTE_D;
    } else {
        page_get(page);
        *pte = frame | rights(vma, false);
    }
    mm->resident++;
    return done(mm, write ? TP_COW : TP_FILE, address, frame, major);
}

/* A write to a page that is present but read-only, in a VMA that may be written: the frame may
   have other owners. */
static enum fault_result copy_on_write(struct mm *mm, struct vma *vma, pte_t *pte, word address)
{
    uint32_t old = *pte & PAGE_MASK, new = old;
    bool only_owner = old != zero_frame && page_of(old)->count == 1;
    if (!only_owner) {
        new = user_frame_alloc();
        if (!new)
            return FAULT_NO_MEMORY;
        memcpy(POINTER(new), POINTER(old), PAGE_SIZE);
        if (old != zero_frame)
            page_put(page_of(old));
    }
    *pte = new | rights(vma, true) | PTE_D;
    split_drop_page(address);
    return done(mm, only_owner ? TP_REUSE : TP_COW, address, new, false);
}

/* present: the CPU found a page, but one that does not allow the access. stack: the program's
   ESP, or FAULT_ANY_STACK. */
enum fault_result fault_in(struct mm *mm, word address, bool write, bool present, word stack)
{
    struct vma *vma = find_vma(mm, address);
    if (!vma)
        return FAULT_MAPERR;
    bool grown = address < vma->start;
    if (grown && !stack_may_grow(mm, vma, address, stack))
        return FAULT_MAPERR;
    if (write && !(vma->prot & PROT_WRITE))
        return FAULT_ACCERR;
    if (!write && (present || vma->prot == PROT_NONE))
        return FAULT_ACCERR;

    pte_t *pte = pte_alloc(mm, address);
    if (!pte)
        return FAULT_NO_MEMORY;
    if (grown) {
        vma->start = PAGE_DOWN(address);
        trace_vma(TP_VMA_GROW, vma);
    }
    if (!(*pte & PTE_P)) {
        if (vma->file)
            return file_page_in(mm, vma, pte, address, write);
        return anonymous_page(mm, vma, pte, address, write, grown);
    }
    if (write && !(*pte & PTE_W))
        return copy_on_write(mm, vma, pte, address);
    split_drop_page(address); /* the page allows it by now: a stale TLB entry did not */
    return done(mm, TP_SPURIOUS, address, *pte & PAGE_MASK, false);
}
