/* mremap: pages move to another address without being copied; their page table entries do. What
   should become longer always moves, even if there were room behind it. */
#include "abi/errno.h"
#include "mm/mm.h"
#include "trap/syscalls.h"
#include "task/task.h"

/* May old_len bytes at old be taken elsewhere and be new_len there? They must lie in one VMA. */
static int check_resize(struct mm *mm, word old, word old_len, word new_len, struct vma **found)
{
    struct vma *vma = find_vma(mm, old);
    if (!vma || vma->start > old)
        return -EFAULT;
    if (old_len == 0)
        return -EINVAL;
    if (old_len > vma->end - old)
        return -EFAULT;
    if (new_len > old_len && vma->flags & (VM_DONTEXPAND | VM_PFNMAP))
        return -EFAULT;
    *found = vma;
    return 0;
}

/* A VMA for the new place, the pages into it, the old place away. The limit leaves room for the
   pieces into which the old VMA may be cut. */
static word move_vma(struct vma *vma, word old, word old_len, word new_len, word new)
{
    struct mm *mm = vma->mm;
    if (mm->vma_count >= MAX_VMAS - 3)
        return (word)-ENOMEM;
    word pgoff = vma->pgoff + (old - vma->start) / PAGE_SIZE;
    uint32_t flags = vma->flags & ~(VM_HEAP | VM_STACK);
    struct vma *moved = vma_new(mm, new, new + new_len, flags, vma->file, pgoff);
    if (!moved)
        return (word)-ENOMEM;
    moved->ops = vma->ops;
    moved->private = vma->private;
    if (moved->ops && moved->ops->open)
        moved->ops->open(moved);
    vma_link(moved); /* the limit has been looked at */
    if (!move_page_tables(mm, old, new, old_len)) {
        move_page_tables(mm, new, old, old_len);
        vma_remove(mm, new, new + new_len);
        return (word)-ENOMEM;
    }
    vma_remove(mm, old, old + old_len);
    return new;
}

/* MREMAP_FIXED: what lies at the new place goes away first, even if the move then fails. */
static word mremap_to(struct mm *mm, word old, word old_len, word new_len, word new)
{
    if (new & ~PAGE_MASK)
        return (word)-EINVAL;
    if (new_len > TASK_SIZE || new > TASK_SIZE - new_len || new < PAGE_SIZE)
        return (word)-EINVAL;
    if (old + old_len > new && new + new_len > old)
        return (word)-EINVAL; /* they overlap */
    long error = do_munmap(mm, new, new_len);
    if (!error && old_len > new_len) {
        error = do_munmap(mm, old + new_len, old_len - new_len);
        old_len = new_len;
    }
    struct vma *vma;
    if (!error)
        error = check_resize(mm, old, old_len, new_len, &vma);
    return error ? (word)error : move_vma(vma, old, old_len, new_len, new);
}

long sys_mremap(word old, word old_length, word new_length, word flags, word new)
{
    struct mm *mm = current->mm;
    word old_len = PAGE_UP(old_length), new_len = PAGE_UP(new_length);
    if (flags & ~(word)(MREMAP_MAYMOVE | MREMAP_FIXED))
        return -EINVAL;
    if (flags & MREMAP_FIXED && !(flags & MREMAP_MAYMOVE))
        return -EINVAL;
    if (old & ~PAGE_MASK)
        return -EINVAL;
    if (new_len == 0)
        return -EINVAL;
    struct vma *vma = find_vma(mm, old);
    if (!vma || vma->start > old)
        return -EFAULT;
    if (flags & MREMAP_FIXED)
        return (long)mremap_to(mm, old, old_len, new_len, new);
    if (old_len >= new_len) { /* to become shorter is to lose the end */
        long error = old_len > new_len ? do_munmap(mm, old + new_len, old_len - new_len) : 0;
        return error ? error : (long)old;
    }
    int error = check_resize(mm, old, old_len, new_len, &vma);
    if (error)
        return error;
    if (!(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    word area = get_unmapped_area(mm, 0, new_len);
    return is_error(area) ? (long)area : (long)move_vma(vma, old, old_len, new_len, area);
}
