/* mprotect: it looks at VMAs, never at page tables, to know what may be done; the entries that
   exist follow. Pages that do not exist yet cost nothing. */
#include "abi/errno.h"
#include "mm/mm.h"
#include "trap/syscalls.h"
#include "task/task.h"

#define PROT_GROWS (PROT_GROWSDOWN | PROT_GROWSUP)
#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)

/* One VMA's part of the range. */
static int protect_part(struct vma *vma, word start, word end, uint32_t prot)
{
    struct mm *mm = vma->mm;
    uint32_t flags = (vma->flags & ~VM_ACCESS) | (prot & VM_ACCESS);
    if (flags & ~(flags >> 4) & VM_ACCESS) /* what the MAY bits do not allow */
        return -EACCES;
    if (flags == vma->flags)
        return 0;
    int error = vma_change_flags(vma, start, end, flags);
    if (!error)
        change_protection(mm, start, end, flags);
    return error;
}

/* VMA by VMA. An error ends it, and what was changed before stays changed. */
static long protect_range(struct mm *mm, word start, word end, uint32_t prot)
{
    word at = start;
    while (at < end) {
        struct vma *vma = find_vma(mm, at);
        if (!vma || vma->start > at)
            return -ENOMEM;
        word stop = vma->end < end ? vma->end : end;
        int error = protect_part(vma, at, stop, prot);
        if (error)
            return error;
        at = stop;
    }
    return 0;
}

/* The checks in the order of Linux since 2.4.19. */
long sys_mprotect(word start, word len, word prot)
{
    struct mm *mm = current->mm;
    word end = start + PAGE_UP(len);
    if ((prot & PROT_GROWS) == PROT_GROWS)
        return -EINVAL;
    if (start & ~PAGE_MASK)
        return -EINVAL;
    if (len == 0)
        return 0; /* even where nothing is */
    if (end <= start)
        return -ENOMEM;
    if (prot & ~(word)(PROT_ALL | PROT_GROWS))
        return -EINVAL;
    struct vma *vma = find_vma(mm, start);
    if (!vma)
        return -ENOMEM;
    if (!(prot & PROT_GROWSDOWN)) {
        if (vma->start > start)
            return -ENOMEM;
        if (prot & PROT_GROWSUP) /* no VMA grows upwards */
            return -EINVAL;
        return protect_range(mm, start, end, (uint32_t)prot);
    }
    if (vma->start >= end)
        return -ENOMEM;
    if (!(vma->flags & VM_GROWSDOWN))
        return -EINVAL;
    return protect_range(mm, vma->start, end, (uint32_t)prot);
}
