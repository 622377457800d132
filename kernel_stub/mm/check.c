/* The invariants. Two walks over all page tables: the first counts how often each page and each
   slot is named, the second compares the sums with what the pages and slots say of themselves. */
#include "mm/check.h"

#include "abi/ports.h"
#include "boot/options.h"
#ifdef __x86_64__
#include "check_roots.h"
#endif
#include "fs/file.h"
#include "mm/mm.h"
#include "mm/pte.h"
#include "mm/swap.h"
#include "trap/trap.h"

static uint16_t named_slots[DISK_SLOTS];
static uint32_t named_pages; /* entries that name a counted page, all together */

/* What an entry of this VMA may say. */
static void check_entry(const struct vma *vma, word address, pte_t pte)
{
    if (!pte_present(pte)) {
        if (vma->flags & (VM_PFNMAP | VM_IO | VM_MIXEDMAP))
            panic("check: a driver's page at %08" PRIxPTR " is in swap", address);
        return;
    }
    bool no_rights = !(vma->flags & VM_ACCESS);
    if (no_rights ? (pte & (PTE_P | PTE_U)) == (PTE_P | PTE_U) : !(pte & PTE_P) || !(pte & PTE_U))
        panic("check: the entry of %08" PRIxPTR " does not fit its VMA's rights", address);
    if (options.nx && !no_rights && !(pte & PTE_NX) != !!(vma->flags & VM_EXEC))
        panic("check: %08" PRIxPTR " and its VMA do not agree whether it can be executed", address);
    if (pte & PTE_W && !(vma->flags & VM_WRITE))
        panic("check: %08" PRIxPTR " can be written, but its VMA says no", address);
    if (pte & PTE_SPECIAL && pte & PTE_W && pte_frame(pte) == zero_frame)
        panic("check: %08" PRIxPTR " can write to the page of zeros", address);
    if (pte & PTE_SPECIAL)
        return;
    const struct page *page = vm_normal_page(pte);
    if (!pfn_valid(pte_frame(pte)))
        panic("check: %08" PRIxPTR " has a frame that is no RAM", address);
    uint32_t not_for_programs = PG_SLAB | PG_TABLE | PG_FREE;
    if (!(vma->flags & VM_MIXEDMAP)) /* a driver may have marked its own */
        not_for_programs |= PG_RESERVED;
    if (page->flags & not_for_programs)
        panic("check: %08" PRIxPTR " has a frame of the kernel's, %08x", address, pte_frame(pte));
    bool only = page->mapcount == 1 && !page->file && !(page->flags & PG_SWAPCACHE);
    if (pte & PTE_W && !(vma->flags & VM_SHARED) && page->flags & PG_ANON && !only)
        panic("check: %08" PRIxPTR " can write to a page that has other owners", address);
    if (pte & PTE_W && !(vma->flags & VM_SHARED) && page->file)
        panic("check: %08" PRIxPTR " can write to the file's own page", address);
}

static void count_entry(pte_t pte)
{
    if (pte_is_swap(pte)) {
        named_slots[swap_slot_of(pte)]++;
    } else if (vm_normal_page(pte)) {
        vm_normal_page(pte)->named++;
        named_pages++;
    }
}

/* Compare, and clear for the next time. An entry may come by a second time: then all is 0. */
static void compare_entry(word address, pte_t pte)
{
    if (pte_is_swap(pte)) {
        uint16_t *named = &named_slots[swap_slot_of(pte)];
        if (*named && *named != swap_users(swap_slot_of(pte)))
            panic("check: slot %u has %u users and counts %u", swap_slot_of(pte), *named,
                  swap_users(swap_slot_of(pte)));
        *named = 0;
        return;
    }
    struct page *page = vm_normal_page(pte);
    if (!page || page->named == 0)
        return;
    int caches = (page->file ? 1 : 0) + (page->flags & PG_SWAPCACHE ? 1 : 0);
    if ((int)page->named != page->mapcount)
        panic("check: the frame of %08" PRIxPTR " is mapped %u times and counts %u", address, page->named,
              page->mapcount);
    if (compound_head(page)->count < page->mapcount + caches)
        panic("check: the frame of %08" PRIxPTR " has %u owners and counts %u", address,
              page->mapcount + caches, compound_head(page)->count);
    page->named = 0;
}

/* The list is sorted and disjoint, of whole pages, and not longer than it may be. */
static void check_list(const struct mm *mm)
{
    word end = PAGE_SIZE;
    unsigned count = 0;
    for (const struct vma *vma = mm->vmas; vma; vma = vma->next, count++) {
        if (vma->start < end || vma->end <= vma->start || vma->end > TASK_SIZE ||
            (vma->start | vma->end) & ~PAGE_MASK || vma->mm != mm)
            panic("check: the VMA %08" PRIxPTR "-%08" PRIxPTR " is not where it may be", vma->start, vma->end);
        if (options.check_wx && (vma->flags & (VM_WRITE | VM_EXEC)) == (VM_WRITE | VM_EXEC))
            panic("check: the VMA %08" PRIxPTR "-%08" PRIxPTR " is writable and executable", vma->start, vma->end);
        end = vma->end;
    }
    if (count != mm->vma_count || count > MAX_VMAS)
        panic("check: %u VMAs, and %u counted", count, mm->vma_count);
}

/* Every entry belongs to a VMA. */
static void check_tables(struct mm *mm)
{
    uint32_t resident = 0, swapped = 0;
    word address = 0;
    pte_t *pte;
    const struct vma *vma = mm->vmas;
    for_each_pte(pte, mm, address, TASK_SIZE) {
        while (vma && vma->end <= address)
            vma = vma->next;
        if (!vma || vma->start > address)
            panic("check: a page at %08" PRIxPTR ", where no VMA is", address);
        check_entry(vma, address, *pte);
        count_entry(*pte);
        resident += pte_present(*pte);
        swapped += pte_is_swap(*pte);
    }
    if (resident != mm->resident || swapped != mm->swapped)
        panic("check: %u pages and %u in swap, but %u and %u counted", resident, swapped,
              mm->resident, mm->swapped);
}

void check_memory(void)
{
    named_pages = 0;
    for (struct mm *mm = all_mms; mm; mm = mm->next) {
        check_list(mm);
        check_tables(mm);
#ifdef __x86_64__
        check_roots(mm);
#endif
    }
    for (struct mm *mm = all_mms; mm; mm = mm->next) {
        word address = 0;
        pte_t *pte;
        for_each_pte(pte, mm, address, TASK_SIZE)
            compare_entry(address, *pte);
    }
    if (named_pages != mapped_pages)
        panic("check: %u pages are mapped, and %u counted", named_pages, mapped_pages);
}
