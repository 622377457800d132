/* madvise, mincore and msync: to forget pages, to ask for them, to write them to their files. */
#include "abi/errno.h"
#include "mm/filemap.h"
#include "mm/mm.h"
#include "mm/pte.h"
#include "mm/reclaim.h"
#include "mm/swap.h"
#include "mm/uaccess.h"
#include "trap/syscalls.h"
#include "task/task.h"

/* Do something to every VMA's part of a range. The holes are passed over, but remembered: -ENOMEM
   at the end. An error ends it at once. */
static long for_each_part(struct mm *mm, word start, word end,
                          long (*work)(struct vma *vma, word start, word end))
{
    long result = 0;
    word at = start;
    while (at < end) {
        struct vma *vma = find_vma(mm, at);
        if (!vma || vma->start >= end)
            return -ENOMEM;
        if (vma->start > at) {
            result = -ENOMEM;
            at = vma->start;
        }
        word stop = vma->end < end ? vma->end : end;
        long error = work(vma, at, stop);
        if (error)
            return error;
        at = stop;
    }
    return result;
}

/* The pages go, the promise stays: the next access finds zeros, or the file's bytes again. */
static long forget(struct vma *vma, word start, word end)
{
    if (vma->flags & VM_PFNMAP)
        return -EINVAL;
    zap_range(vma->mm, start, end);
    return 0;
}

static long no_work(struct vma *vma, word start, word end)
{
    (void)vma;
    (void)start;
    (void)end;
    return 0;
}

/* All other advice is taken politely. */
long sys_madvise(word start, word len, word advice)
{
    word end = start + PAGE_UP(len);
    if (advice > MADV_DONTNEED)
        return -EINVAL;
    if (start & ~PAGE_MASK)
        return -EINVAL;
    if (end < start || (len && PAGE_UP(len) == 0))
        return -EINVAL;
    return for_each_part(current->mm, start, end, advice == MADV_DONTNEED ? forget : no_work);
}

/* Would an access find the page in RAM? */
static bool in_core(const struct vma *vma, word address)
{
    pte_t *pte = pte_find(vma->mm, address);
    if (pte && *pte)
        return pte_present(*pte) || swap_cache_find(swap_slot_of(*pte));
    return vma->file && filemap_find(vma->file, vma_pgoff(vma, address));
}

/* One byte a page, in small helpings. */
long sys_mincore(word start, word len, uint8_t *vector)
{
    uint8_t bytes[64];
    if (start & ~PAGE_MASK)
        return -EINVAL;
    if (start > TASK_SIZE || len > TASK_SIZE - start)
        return -ENOMEM;
    word pages = PAGE_UP(len) / PAGE_SIZE;
    for (word done = 0; done < pages;) {
        word n = 0;
        for (; n < sizeof bytes && done + n < pages; n++) {
            word address = start + (done + n) * PAGE_SIZE;
            struct vma *vma = find_vma(current->mm, address);
            if (!vma || vma->start > address)
                return -ENOMEM;
            bytes[n] = in_core(vma, address);
        }
        if (copy_to_user(vector + done, bytes, n))
            return -EFAULT;
        done += n;
    }
    return 0;
}

/* What was written to the pages of this range, by whomever, goes to the file's disk. */
static long write_back(struct vma *vma, word start, word end)
{
    if (!vma->file || !(vma->flags & VM_SHARED))
        return 0;
    long result = 0;
    word address = start;
    pte_t *pte;
    for_each_pte(pte, vma->mm, address, end) {
        struct page *page = pte_present(*pte) ? vm_normal_page(*pte) : NULL;
        if (!page || !page->file)
            continue;
        page_gather_dirty(page);
        if (page->flags & PG_DIRTY && !filemap_write(page))
            result = -EIO;
    }
    return result;
}

long sys_msync(word start, word len, word flags)
{
    word end = start + PAGE_UP(len);
    if (flags & ~(word)(MS_ASYNC | MS_INVALIDATE | MS_SYNC))
        return -EINVAL;
    if (start & ~PAGE_MASK)
        return -EINVAL;
    if (flags & MS_ASYNC && flags & MS_SYNC)
        return -EINVAL;
    if (end < start || (len && PAGE_UP(len) == 0))
        return -ENOMEM;
    return for_each_part(current->mm, start, end, flags & MS_SYNC ? write_back : no_work);
}
