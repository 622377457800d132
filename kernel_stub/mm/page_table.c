/* The page tables of a process. The kernel reads and writes them through its map of RAM. */
#include "boot/options.h"
#include "mm/mm.h"
#include "mm/pte.h"
#include "mm/swap.h"
#include "split/split.h"
#include "task/task.h"

/* A directory entry allows everything; the table decides. */
#define TABLE_FLAGS (PTE_P | PTE_W | PTE_U | PTE_A)

static pte_t *table_of(pte_t entry)
{
    return POINTER((uint32_t)(entry & PAGE_MASK)); /* without NX */
}

/* A frame of zeros for a table of any level. 0: there is none. */
uint32_t table_alloc(void)
{
    uint32_t frame = frame_alloc();
    if (frame)
        page_of(frame)->flags = PG_TABLE;
    return frame;
}

/* The tables that the first count entries of a directory name. Most of a directory is empty: the CPU's
   own search finds the few entries that are not. */
void tables_free(pte_t *directory, unsigned count)
{
    pte_t *end = directory + count, *entry = directory;
    for (;;) {
        const uint8_t *found = memchr_inv(entry, 0, (size_t)((uint8_t *)end - (uint8_t *)entry));
        if (!found)
            return;
        entry = directory + (size_t)(found - (uint8_t *)directory) / sizeof(pte_t);
        frame_free((uint32_t)(*entry & PAGE_MASK));
        entry++;
    }
}

/* The entry of the page at address, or NULL if not even its table exists. */
pte_t *pte_find(struct mm *mm, word address)
{
    pte_t entry = *directory_entry(mm->pgd, address);
    if (!(entry & PTE_P))
        return NULL;
    return &table_of(entry)[TABLE_INDEX(address)];
}

/* The same, but a missing table is made. NULL: no frame for it. */
pte_t *pte_alloc(struct mm *mm, word address)
{
    return pte_alloc_in(mm->pgd, address);
}

pte_t *pte_alloc_in(pte_t *pgd, word address)
{
    if (!directory_alloc(pgd, address))
        return NULL;
    pte_t *entry = directory_entry(pgd, address);
    if (!(*entry & PTE_P)) {
        uint32_t frame = table_alloc();
        if (!frame)
            return NULL;
        *entry = frame | TABLE_FLAGS;
    }
    return &table_of(*entry)[TABLE_INDEX(address)];
}

/* The first entry in *address..end that is not empty; *address moves there. NULL: none is left.
   A whole missing table is one step. */
pte_t *pte_next(struct mm *mm, word *address, word end)
{
    word at = *address;
    while (at < end) {
        pte_t *pte = pte_find(mm, at);
        word table_end = (at | (missing_span(mm->pgd, at) - 1)) + 1; /* 0 at the top of memory */
        word stop = table_end != 0 && table_end < end ? table_end : end;
        for (; pte && at < stop; at += PAGE_SIZE, pte++) {
            if (*pte) {
                *address = at;
                return pte;
            }
        }
        at = stop;
    }
    return NULL;
}

/* What a VMA's rights are for the CPU. A private page is never writable by right: the first write
   must fault, because the frame may not be the process's own. Neither is a shared one whose writes
   somebody wants to notice. Without NX the CPU executes whatever it can read. */
pte_t vm_page_prot(uint32_t flags)
{
    const uint32_t shared_write = VM_SHARED | VM_WRITE | VM_SOFTDIRTY;
    if (!(flags & VM_ACCESS))
        return PROT_NONE_PTE;
    return PTE_P | PTE_U | ((flags & shared_write) == shared_write ? PTE_W : 0) |
           (options.nx && !(flags & VM_EXEC) ? PTE_NX : 0);
}

/* The old translation must go when an entry takes something away. Of another process the TLB has
   nothing: the switch emptied it. */
void flush_tlb_page(struct mm *mm, word address)
{
    if (current && mm == current->mm && options.bug != bug_no_flush)
        split_drop_page(address);
}

void flush_tlb_all(struct mm *mm)
{
    if (current && mm == current->mm && options.bug != bug_no_flush)
        split_drop_all();
}

/* Every change of an entry comes by here, so that the sums are right. */
void set_pte(struct mm *mm, pte_t *pte, pte_t value)
{
    mm->resident += (uint32_t)pte_present(value) - (uint32_t)pte_present(*pte);
    mm->swapped += (uint32_t)pte_is_swap(value) - (uint32_t)pte_is_swap(*pte);
    *pte = value;
}

static void count_mapping(struct page *page)
{
    page->mapcount++;
    mapped_pages++;
}

/* An entry does not name the page any more; its count of the page is still to be given up. */
void page_unmapped(struct page *page)
{
    page->mapcount--;
    mapped_pages--;
}

/* Map a page; the entry takes over the caller's count of it. */
void map_page(struct mm *mm, pte_t *pte, struct page *page, pte_t prot)
{
    count_mapping(page);
    set_pte(mm, pte, frame_of(page) | prot);
}

/* Empty an entry and let go of what it named: a page or a slot of the swap disk. That a file's
   page was written to is remembered. */
void clear_pte(struct mm *mm, pte_t *pte, word address)
{
    pte_t old = *pte;
    set_pte(mm, pte, 0);
    if (pte_is_swap(old)) {
        swap_free(swap_slot_of(old));
        return;
    }
    flush_tlb_page(mm, address);
    struct page *page = vm_normal_page(old);
    if (page) {
        if (old & PTE_D && page->file)
            page->flags |= PG_DIRTY;
        page_unmapped(page);
        put_user_page(page);
    }
}

/* Give the program a frame that nobody else has, without waiting for it to ask. */
bool map_new_page(struct mm *mm, word address, uint32_t frame)
{
    pte_t *pte = pte_alloc(mm, address);
    if (!pte)
        return false;
    page_of(frame)->flags |= PG_ANON;
    map_page(mm, pte, page_of(frame),
             vm_page_prot(VM_READ | VM_WRITE) | PTE_W | PTE_A | PTE_D | PTE_SOFT_DIRTY);
    return true;
}

/* Take away every page in start..end. */
void zap_range(struct mm *mm, word start, word end)
{
    word address = start;
    pte_t *pte;
    for_each_pte(pte, mm, address, end)
        clear_pte(mm, pte, address);
}

/* fork: to gets the pages that the VMA's process has there. A private page is written by neither
   any more, so that the next write of either makes a copy; a shared one stays the same page for
   both. False: no frame for a page table. */
bool copy_range(struct mm *to, const struct vma *vma)
{
    word address = vma->start;
    pte_t *pte;
    for_each_pte(pte, vma->mm, address, vma->end) {
        pte_t *copy = pte_alloc(to, address);
        if (!copy)
            return false;
        if (!*pte) /* reclaim, for the table's frame, may have dropped it */
            continue;
        if (pte_is_swap(*pte)) {
            swap_duplicate(swap_slot_of(*pte));
            set_pte(to, copy, *pte);
            continue;
        }
        if (!(vma->flags & VM_SHARED))
            *pte &= ~(pte_t)PTE_W;
        struct page *page = vm_normal_page(*pte);
        if (page) {
            get_page(page);
            count_mapping(page);
        }
        set_pte(to, copy, *pte);
    }
    return true;
}

/* mprotect: what is present gets the rights of the flags, and keeps what is known about it. What
   is in swap gets them when it comes back. */
void change_protection(struct mm *mm, word start, word end, uint32_t flags)
{
    const pte_t kept = PTE_A | PTE_D | PTE_SPECIAL | PTE_SOFT_DIRTY;
    pte_t prot = vm_page_prot(flags);
    word address = start;
    pte_t *pte;
    for_each_pte(pte, mm, address, end) {
        if (!pte_present(*pte))
            continue;
        set_pte(mm, pte, pte_frame(*pte) | (*pte & kept) | prot);
        flush_tlb_page(mm, address);
    }
}

/* mremap: the entries of len bytes move, and with them the pages. False: no frame for a page
   table; then some have moved. */
bool move_page_tables(struct mm *mm, word from, word to, word len)
{
    word address = from;
    pte_t *pte;
    for_each_pte(pte, mm, address, from + len) {
        pte_t *target = pte_alloc(mm, to + (address - from));
        if (!target)
            return false;
        pte_t moved = *pte;
        *pte = 0;
        *target = moved;
        flush_tlb_page(mm, address);
    }
    return true;
}
