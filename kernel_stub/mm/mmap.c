/* mmap, munmap, brk: they change the list of VMAs and nothing else. Pages come with the first
   access. */
#include "abi/errno.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "trap/syscalls.h"
#include "trap/task.h"

#define MMAP_BASE PAGE_DOWN(TASK_SIZE / 3)

static bool is_free(struct mm *mm, word start, word end)
{
    struct vma *vma = find_vma(mm, start);
    return !vma || vma->start >= end;
}

/* Where to put len bytes: at the hint if that is free, else at the first gap from a third of the
   address space up. */
static word find_gap(struct mm *mm, word hint, word len)
{
    if (hint && hint >= PAGE_SIZE && hint <= TASK_SIZE - len && is_free(mm, hint, hint + len))
        return hint;
    word start = MMAP_BASE;
    while (start <= TASK_SIZE - len) {
        struct vma *vma = find_vma(mm, start);
        if (!vma || vma->start >= start + len)
            return start;
        start = vma->end;
    }
    return (word)-ENOMEM;
}

/* The checks in their order, then the change. */
word do_mmap(struct mm *mm, word addr, word len, uint32_t prot, uint32_t flags, struct file *file,
             word pgoff)
{
    uint32_t kind = flags & (MAP_SHARED | MAP_PRIVATE);
    if (len == 0 || (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC)))
        return (word)-EINVAL;
    if (kind != MAP_SHARED && kind != MAP_PRIVATE)
        return (word)-EINVAL;
    len = PAGE_UP(len);
    if (len == 0 || len > TASK_SIZE)
        return (word)-ENOMEM;
    if (flags & MAP_FIXED) {
        if (addr & ~PAGE_MASK)
            return (word)-EINVAL;
        if (addr > TASK_SIZE - len)
            return (word)-ENOMEM;
        if (addr < PAGE_SIZE)
            return (word)-EPERM; /* page 0 stays empty: NULL must fault */
        int error = (int)do_munmap(mm, addr, len);
        if (error)
            return (word)error;
    } else {
        addr = find_gap(mm, PAGE_UP(addr), len);
        if (is_error(addr))
            return addr;
    }
    uint32_t shared = kind == MAP_SHARED ? VMA_SHARED : 0;
    int error = vma_insert(mm, addr, addr + len, prot, shared, file, pgoff);
    return error ? (word)error : addr;
}

/* Unmapping what is not mapped is no error. */
long do_munmap(struct mm *mm, word addr, word len)
{
    len = PAGE_UP(len);
    if ((addr & ~PAGE_MASK) || len == 0 || len > TASK_SIZE || addr > TASK_SIZE - len)
        return -EINVAL;
    int error = vma_remove(mm, addr, addr + len);
    if (error)
        return error;
    zap_range(mm, addr, addr + len);
    return 0;
}

/* mmap2: the offset counts pages. There are no descriptors to map yet, so only MAP_ANONYMOUS
   succeeds. */
long sys_mmap(word addr, word len, word prot, word flags, word fd, word pgoff)
{
    (void)fd;
    if (!(flags & MAP_ANONYMOUS))
        return -EBADF;
    return (long)do_mmap(current->mm, addr, len, prot, flags, NULL, pgoff);
}

/* The oldest mmap: i386 could not pass six arguments, so they come as a structure in user
   memory. */
long sys_old_mmap(const void *pointer)
{
    struct old_mmap_arguments a;
    if (copy_from_user(&a, pointer, sizeof a))
        return -EFAULT;
    if (a.offset & ~PAGE_MASK)
        return -EINVAL;
    return sys_mmap(a.addr, a.len, a.prot, a.flags, a.fd, a.offset / PAGE_SIZE);
}

long sys_munmap(word addr, word len)
{
    return do_munmap(current->mm, addr, len);
}

/* Move the end of the heap. The result is where it ends now: unchanged, if the wish could not be
   granted. */
long sys_brk(word wish)
{
    struct mm *mm = current->mm;
    if (wish < mm->start_brk || wish > TASK_SIZE - STACK_LIMIT)
        return (long)mm->brk;
    word old_end = PAGE_UP(mm->brk), new_end = PAGE_UP(wish);
    if (new_end < old_end) {
        if (do_munmap(mm, new_end, old_end - new_end))
            return (long)mm->brk;
    } else if (new_end > old_end) {
        if (!is_free(mm, old_end, new_end + STACK_GUARD) ||
            vma_insert(mm, old_end, new_end, PROT_READ | PROT_WRITE, VMA_HEAP, NULL, 0))
            return (long)mm->brk;
    }
    mm->brk = wish;
    return (long)mm->brk;
}
