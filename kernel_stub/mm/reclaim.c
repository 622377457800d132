/* Reclaim: which page goes when frames are short, and where. First the page cache's clean pages
   that nobody maps; then a clock goes round all processes and all their addresses, and what has
   been used since it last came by (the CPU has set A) gets a second chance.

   Where a page goes depends on where it came from: a file's page that was not written to needs to
   go nowhere; one that was, through a shared VMA, goes to its file; what has no file goes to a
   slot of the swap disk, and the page table entry remembers which. */
#include "mm/reclaim.h"

#include "abi/errno.h"
#include "fs/file.h"
#include "mm/filemap.h"
#include "mm/pte.h"
#include "mm/swap.h"
#include "task/task.h"
#include "trap/syscalls.h"
#include "trap/tracepoint.h"

#define DROPPED ((word)-1)
#define TO_ITS_FILE ((word)-2)

static struct {
    struct mm *mm; /* NULL: begin again with the first */
    word address;
} hand;

void reclaim_forget(const struct mm *mm)
{
    if (hand.mm == mm)
        hand.mm = mm->next;
    hand.address = 0;
}

/* May the page behind the entry go at all? Only what the program got by demand paging: a page of
   a driver's, of the kernel's, or one that somebody else holds must stay. */
static struct page *victim_of(const struct vma *vma, pte_t pte)
{
    if (vma->flags & (VM_IO | VM_PFNMAP | VM_MIXEDMAP) || !pte_present(pte))
        return NULL;
    struct page *page = vm_normal_page(pte);
    if (!page || page->flags & (PG_HEAD | PG_TAIL | PG_RESERVED))
        return NULL;
    int caches = (page->file ? 1 : 0) + (page->flags & PG_SWAPCACHE ? 1 : 0);
    return page->count == page->mapcount + caches ? page : NULL;
}

/* A file's page is not mapped here any more; when nobody maps it, the page cache lets go of it too.
   The next access finds it in the cache or on the file's disk. */
static bool let_go(struct mm *mm, word address, struct page *page)
{
    word where = DROPPED;
    if (page->mapcount == 0 && page->flags & PG_DIRTY) {
        if (!filemap_write(page))
            return false;
        where = TO_ITS_FILE;
    }
    trace(TP_SWAP_OUT, address, frame_of(page), where, (word)mm->pid, 0);
    if (page->mapcount == 0)
        filemap_remove(page);
    return true;
}

/* The entry will name a slot. If a swap-in left the page there already, and it was only read since,
   nothing is written. */
static bool evict_anonymous_page(struct mm *mm, pte_t *pte, word address, struct page *page)
{
    if (!(page->flags & PG_SWAPCACHE) && !swap_cache_add(page))
        return false;
    uint32_t slot = page->index, frame = frame_of(page);
    swap_duplicate(slot);
    set_pte(mm, pte, swap_pte(slot));
    flush_tlb_page(mm, address);
    page_unmapped(page);
    trace(TP_SWAP_OUT, address, frame, slot, (word)mm->pid, 0);
    put_page(page);
    if (page->count == 1) /* the swap cache's own */
        swap_cache_remove(page);
    return true;
}

static bool evict(struct mm *mm, pte_t *pte, word address, struct page *page)
{
    if (!page->file)
        return evict_anonymous_page(mm, pte, address, page);
    clear_pte(mm, pte, address);
    return let_go(mm, address, page);
}

/* Not every VMA can give something: without a free slot, a private one only what is its file's. */
static bool may_give(const struct vma *vma)
{
    return vma->file || swap_counters.free > 0;
}

/* One look at the entry under the hand. */
static bool try_evict(struct vma *vma, pte_t *pte, word address)
{
    struct page *page = victim_of(vma, *pte);
    if (!page)
        return false;
    if (*pte & PTE_A) {
        *pte &= ~(pte_t)PTE_A;
        flush_tlb_page(vma->mm, address);
        return false;
    }
    return evict(vma->mm, pte, address, page);
}

/* Move the hand to the first victim. From where it stands to the end, then twice around: once to
   take A away, once to find it not set again. */
static bool clock_evict(void)
{
    for (unsigned rounds = 0; rounds < 3;) {
        if (!hand.mm) {
            hand.mm = all_mms;
            hand.address = 0;
            rounds++;
        }
        struct vma *vma = find_vma(hand.mm, hand.address);
        if (!vma) {
            hand.mm = hand.mm->next;
            hand.address = 0;
            continue;
        }
        word address = hand.address > vma->start ? hand.address : vma->start;
        pte_t *pte = may_give(vma) ? pte_next(hand.mm, &address, vma->end) : NULL;
        hand.address = pte ? address + PAGE_SIZE : vma->end;
        if (pte && try_evict(vma, pte, address))
            return true;
    }
    return false;
}

/* What reclaim itself needs comes from the last frames. */
void keep_frames_free(unsigned wanted)
{
    static bool busy;
    if (busy || frames_free() >= FREE_LOW + wanted)
        return;
    busy = true;
    while (frames_free() < FREE_LOW + wanted && (filemap_shrink() || clock_evict()))
        ;
    busy = false;
}

/* Of a file's page a VMA can have one entry only, and where it is can be computed. False: none. */
static bool address_in(const struct vma *vma, const struct page *page, word *address)
{
    *address = vma->start + (page->index - vma->pgoff) * PAGE_SIZE;
    return vma->file == page->file && page->index >= vma->pgoff && *address < vma->end;
}

/* Every entry of a VMA that names the page. */
static bool unmap_from(struct vma *vma, struct page *page)
{
    word address = vma->start, end = vma->end;
    if (page->file) {
        if (!address_in(vma, page, &address))
            return true;
        end = address + PAGE_SIZE;
    }
    pte_t *pte;
    for_each_pte(pte, vma->mm, address, end) {
        bool names_it = pte_present(*pte) && vm_normal_page(*pte) == page;
        if (names_it && page->file)
            clear_pte(vma->mm, pte, address);
        else if (names_it && !evict_anonymous_page(vma->mm, pte, address, page))
            return false;
    }
    return true;
}

/* Whoever wrote to a file's page through a mapping: from now on the page knows it, and the entries can notice the next write. */
void page_gather_dirty(struct page *page)
{
    word address;
    for (struct mm *mm = all_mms; mm; mm = mm->next) {
        for (struct vma *vma = mm->vmas; vma; vma = vma->next) {
            pte_t *pte = address_in(vma, page, &address) ? pte_find(mm, address) : NULL;
            if (!pte || !pte_present(*pte) || !(*pte & PTE_D) || vm_normal_page(*pte) != page)
                continue;
            page->flags |= PG_DIRTY;
            set_pte(mm, pte, *pte & ~(pte_t)PTE_D);
            flush_tlb_page(mm, address);
        }
    }
}

/* A struct page outlives its page: when the last entry goes, and with it the frame, mapcount is 0. */
bool unmap_everywhere(struct page *page)
{
    bool gone = true;
    for (struct mm *mm = all_mms; mm && gone && page->mapcount > 0; mm = mm->next)
        for (struct vma *vma = mm->vmas; vma && gone && page->mapcount > 0; vma = vma->next)
            gone = unmap_from(vma, page);
    return gone;
}

/* The page at an address goes, whoever else has it and whatever A says. */
int evict_page(struct mm *mm, word address)
{
    struct vma *vma = find_vma(mm, address);
    if (!vma || vma->start > address)
        return -EFAULT;
    pte_t *pte = pte_find(mm, address);
    if (!pte || *pte == 0)
        return -ENOENT;
    if (pte_is_swap(*pte)) {
        struct page *cached = swap_cache_find(swap_slot_of(*pte));
        if (cached)
            unmap_everywhere(cached); /* it needs no slot, so this cannot fail */
        if (cached && swap_cache_find(swap_slot_of(*pte)))
            swap_cache_remove(cached);
        return 0;
    }
    struct page *page = victim_of(vma, *pte);
    if (!page)
        return -EINVAL;
    bool of_file = page->file;
    if (!unmap_everywhere(page))
        return -ENOMEM;
    return !of_file || let_go(mm, address, page) ? 0 : -EIO;
}

long sys_lab_evict(word address)
{
    return evict_page(current->mm, PAGE_DOWN(address));
}
