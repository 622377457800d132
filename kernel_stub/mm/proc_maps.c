/* The lines are Linux's, to the column. */
#include "mm/proc_maps.h"

#include "abi/errno.h"
#include "drivers/console.h"
#include "fs/file.h"
#include "mm/pte.h"
#include "mm/swap.h"

/* Where the text goes on. */
struct text {
    char *to;
    size_t size, length;
};

static void add(struct text *text, const char *words, ...)
{
    va_list list;
    va_start(list, words);
    bool room = text->length < text->size;
    text->length += (size_t)format_list(room ? text->to + text->length : NULL,
                                        room ? text->size - text->length : 0, words, list);
    va_end(list);
}

#define NAME_COLUMN (25 + 6 * sizeof(void *))

static void add_maps_line(struct text *text, const struct vma *vma)
{
    size_t begin = text->length;
    const struct file *file = vma->file;
    uint32_t device = file ? file->device : 0;
    add(text, "%08" PRIxPTR "-%08" PRIxPTR " %c%c%c%c %08" PRIxPTR " %02x:%02x %u ", vma->start, vma->end,
        vma->flags & VM_READ ? 'r' : '-', vma->flags & VM_WRITE ? 'w' : '-',
        vma->flags & VM_EXEC ? 'x' : '-', vma->flags & VM_MAYSHARE ? 's' : 'p',
        file ? vma->pgoff * PAGE_SIZE : 0, device >> 8, device & 0xFF, file ? file->number : 0);
    const char *name = vma_name(vma);
    while (name && text->length - begin < NAME_COLUMN)
        add(text, " ");
    add(text, "%s\n", name ? name : "");
}

size_t maps_text(const struct mm *mm, char *to, size_t size)
{
    struct text text = {to, size, 0};
    for (const struct vma *vma = mm->vmas; vma; vma = vma->next)
        add_maps_line(&text, vma);
    return text.length;
}

/* Sums of one VMA, in pages; the two proportional ones in 1/4096 of a page. */
struct sums {
    uint32_t present, shared_clean, shared_dirty, private_clean, private_dirty, referenced;
    uint32_t anonymous, swapped;
    uint64_t proportional, swap_proportional;
};

static void add_page(struct sums *sums, pte_t pte, const struct page *page)
{
    bool dirty = pte & PTE_D || page->flags & PG_DIRTY;
    sums->present++;
    sums->referenced += (pte & PTE_A) != 0;
    sums->anonymous += (page->flags & PG_ANON) != 0;
    sums->proportional += PAGE_SIZE / (uint32_t)page->mapcount;
    if (page->mapcount > 1)
        *(dirty ? &sums->shared_dirty : &sums->shared_clean) += 1;
    else
        *(dirty ? &sums->private_dirty : &sums->private_clean) += 1;
}

/* What has no count, the page of zeros and a device's frames, belongs to nobody's sum. */
static struct sums sum_up(const struct vma *vma)
{
    struct sums sums = {0};
    word address = vma->start;
    pte_t *pte;
    for_each_pte(pte, vma->mm, address, vma->end) {
        if (pte_is_swap(*pte)) {
            sums.swapped++;
            sums.swap_proportional += PAGE_SIZE / swap_users(swap_slot_of(*pte));
        } else if (vm_normal_page(*pte)) {
            add_page(&sums, *pte, vm_normal_page(*pte));
        }
    }
    return sums;
}

static void add_flags(struct text *text, uint32_t flags)
{
    static const char names[32][3] = {
        [0] = "rd",  [1] = "wr",  [2] = "ex",  [3] = "sh",  [4] = "mr",  [5] = "mw",  [6] = "me",
        [7] = "ms",  [8] = "gd",  [10] = "pf", [14] = "io", [17] = "dc", [18] = "de", [26] = "dd",
        [27] = "sd", [28] = "mm",
    };
    add(text, "VmFlags: ");
    for (unsigned bit = 0; bit < 32; bit++)
        if (flags & 1u << bit && names[bit][0])
            add(text, "%s ", names[bit]);
    add(text, "\n");
}

static void add_smaps_entry(struct text *text, const struct vma *vma)
{
    struct sums sums = sum_up(vma);
    const struct {
        const char *name;
        uint32_t kilobytes;
    } lines[] = {
        {"Size:", (vma->end - vma->start) / 1024},
        {"KernelPageSize:", PAGE_SIZE / 1024},
        {"MMUPageSize:", PAGE_SIZE / 1024},
        {"Rss:", sums.present * 4},
        {"Pss:", (uint32_t)(sums.proportional >> 10)},
        {"Shared_Clean:", sums.shared_clean * 4},
        {"Shared_Dirty:", sums.shared_dirty * 4},
        {"Private_Clean:", sums.private_clean * 4},
        {"Private_Dirty:", sums.private_dirty * 4},
        {"Referenced:", sums.referenced * 4},
        {"Anonymous:", sums.anonymous * 4},
        {"Swap:", sums.swapped * 4},
        {"SwapPss:", (uint32_t)(sums.swap_proportional >> 10)},
        {"Locked:", 0},
    };
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        size_t begin = text->length;
        add(text, "%s", lines[i].name);
        while (text->length - begin < 16)
            add(text, " ");
        add(text, "%8u kB\n", lines[i].kilobytes);
    }
    add_flags(text, vma->flags);
}

size_t smaps_text(const struct mm *mm, char *to, size_t size)
{
    struct text text = {to, size, 0};
    for (const struct vma *vma = mm->vmas; vma; vma = vma->next) {
        add_maps_line(&text, vma);
        add_smaps_entry(&text, vma);
    }
    return text.length;
}

#define PM_SOFT_DIRTY (1ull << 55)
#define PM_MMAP_EXCLUSIVE (1ull << 56)
#define PM_FILE (1ull << 61)
#define PM_SWAP (1ull << 62)
#define PM_PRESENT (1ull << 63)

uint64_t pagemap_entry(struct mm *mm, word address)
{
    const struct vma *vma = find_vma(mm, address);
    if (!vma || vma->start > address)
        return 0;
    uint64_t entry = vma->flags & VM_SOFTDIRTY ? PM_SOFT_DIRTY : 0;
    const pte_t *pte = pte_find(mm, address);
    if (!pte || *pte == 0)
        return entry;
    if (pte_is_swap(*pte)) /* what went there had been written; since when is not known */
        return entry | PM_SWAP | PM_SOFT_DIRTY | (uint64_t)swap_slot_of(*pte) << 5;
    entry |= PM_PRESENT | pte_frame(*pte) / PAGE_SIZE;
    if (*pte & PTE_SOFT_DIRTY)
        entry |= PM_SOFT_DIRTY;
    const struct page *page = vm_normal_page(*pte);
    if (page && !(page->flags & PG_ANON))
        entry |= PM_FILE;
    if (page && page->mapcount == 1)
        entry |= PM_MMAP_EXCLUSIVE;
    return entry;
}

/* To notice the next write, the entry must refuse it. */
int clear_refs(struct mm *mm, unsigned what)
{
    if (what != CLEAR_REFS_ALL && what != CLEAR_REFS_SOFT_DIRTY)
        return -EINVAL;
    pte_t cleared = what == CLEAR_REFS_ALL ? PTE_A : PTE_W | PTE_SOFT_DIRTY;
    for (struct vma *vma = mm->vmas; vma; vma = vma->next) {
        word address = vma->start;
        pte_t *pte;
        if (what == CLEAR_REFS_SOFT_DIRTY)
            vma->flags &= ~VM_SOFTDIRTY;
        for_each_pte(pte, mm, address, vma->end)
            if (pte_present(*pte))
                *pte &= ~cleared;
    }
    flush_tlb_all(mm);
    return 0;
}
