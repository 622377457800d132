/* mmap and munmap: they change the list of VMAs. Pages come with the first access. */
#include "abi/errno.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/filemap.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "trap/syscalls.h"

#define MMAP_BASE PAGE_DOWN(TASK_SIZE / 3)

/* Where a range may end below this VMA: a stack wants its guard. */
static word start_with_gap(const struct vma *vma)
{
    return vma->flags & VM_GROWSDOWN ? vma->start - STACK_GUARD : vma->start;
}

bool range_is_free(struct mm *mm, word start, word end)
{
    struct vma *vma = find_vma(mm, start);
    return !vma || start_with_gap(vma) >= end;
}

/* Where to put len bytes: at the hint if that is free, else in the first gap from a third of the
   address space up; where addresses are plenty, in the highest one below the stack's. */
word get_unmapped_area(struct mm *mm, word hint, word len)
{
    if (len > TASK_SIZE_OF(mm))
        return (word)-ENOMEM;
    hint = PAGE_DOWN(hint);
    if (hint && hint <= TASK_SIZE_OF(mm) - len && range_is_free(mm, hint, hint + len))
        return hint;
#ifdef MMAP_GAP
    word end = TASK_SIZE_OF(mm) - MMAP_GAP;
    while (end >= len + PAGE_SIZE) {
        if (range_is_free(mm, end - len, end))
            return end - len;
        end = start_with_gap(find_vma(mm, end - len)); /* the lowest that is in the way */
    }
#else
    word start = MMAP_BASE;
    while (start <= TASK_SIZE_OF(mm) - len) {
        struct vma *vma = find_vma(mm, start);
        if (!vma || start_with_gap(vma) >= start + len)
            return start;
        start = vma->end;
    }
#endif
    return (word)-ENOMEM;
}

/* MAP_FIXED: the address is the caller's choice, if it can be. */
static word fixed_area(struct mm *mm, word addr, word len, uint32_t flags)
{
    if (len > TASK_SIZE_OF(mm) || addr > TASK_SIZE_OF(mm) - len)
        return (word)-ENOMEM;
    if (addr & ~PAGE_MASK)
        return (word)-EINVAL;
    if (addr < PAGE_SIZE)
        return (word)-EPERM; /* page 0 stays empty: NULL must fault */
    struct vma *vma = find_vma(mm, addr);
    if (flags & MAP_FIXED_NOREPLACE && vma && vma->start < addr + len)
        return (word)-EEXIST;
    return addr;
}

/* The VMA's flags, from what is asked for and what the file was opened for. An error is
   negative. */
static long vm_flags_for(uint32_t prot, uint32_t flags, const struct open_file *open)
{
    uint32_t vm_flags = (prot & VM_ACCESS) | VM_MAYALL;
    uint32_t type = flags & (MAP_SHARED | MAP_PRIVATE);
    if (flags & MAP_GROWSDOWN)
        vm_flags |= VM_GROWSDOWN;
    if (type != MAP_SHARED && type != MAP_PRIVATE)
        return -EINVAL;
    if (open && type == MAP_SHARED && prot & PROT_WRITE && !(open->mode & FMODE_WRITE))
        return -EACCES;
    if (open && !(open->mode & FMODE_READ))
        return -EACCES;
    if (open && !open->operations->mmap)
        return -ENODEV;
    if (vm_flags & VM_GROWSDOWN && (open || type == MAP_SHARED))
        return -EINVAL;
    if (type == MAP_SHARED) {
        vm_flags |= VM_SHARED | VM_MAYSHARE;
        if (open && !(open->mode & FMODE_WRITE)) /* whose page could never be written is private */
            vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
    }
    return (long)vm_flags;
}

/* Make the VMA, let the file's owner fill it in, and enter it. What the owner mapped before it
   refused goes away again. */
static int mmap_region(struct mm *mm, word addr, word len, uint32_t vm_flags, struct file *file,
                       struct open_file *open, word pgoff)
{
    struct vma *vma = vma_new(mm, addr, addr + len, vm_flags, file, pgoff);
    if (!vma)
        return -ENOMEM;
    int error = open ? open->operations->mmap(open, vma) : 0;
    if (!error && !vma_link(vma)) {
        error = -ENOMEM;
        if (vma->ops && vma->ops->close)
            vma->ops->close(vma);
    }
    if (error) {
        zap_range(mm, vma->start, vma->end);
        vma_free(vma);
    }
    return error;
}

/* The checks in Linux's order, then the change. */
word do_mmap(struct mm *mm, word addr, word len, uint32_t prot, uint32_t flags,
             struct open_file *open, word pgoff)
{
    if (len == 0)
        return (word)-EINVAL;
    len = PAGE_UP(len);
    if (len == 0)
        return (word)-ENOMEM;
    if (pgoff + len / PAGE_SIZE < pgoff)
        return (word)-EOVERFLOW;
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
        addr = fixed_area(mm, addr, len, flags);
    else
        addr = get_unmapped_area(mm, addr, len);
    if (is_error(addr))
        return addr;
    long vm_flags = vm_flags_for(prot, flags, open);
    if (vm_flags < 0)
        return (word)vm_flags;

    long error = do_munmap(mm, addr, len);
    if (error)
        return (word)error;
    if (open || !(vm_flags & VM_SHARED)) {
        error = mmap_region(mm, addr, len, (uint32_t)vm_flags, open ? open->file : NULL, open, pgoff);
        return error ? (word)error : addr;
    }
    struct file *shared = shmem_file(len);
    if (!shared)
        return (word)-ENOMEM;
    error = mmap_region(mm, addr, len, (uint32_t)vm_flags, shared, NULL, 0);
    put_file(shared); /* the VMA keeps it */
    return error ? (word)error : addr;
}

/* Unmapping what is not mapped is no error. */
long do_munmap(struct mm *mm, word addr, word len)
{
    if ((addr & ~PAGE_MASK) || addr > TASK_SIZE || len > TASK_SIZE - addr)
        return -EINVAL;
    len = PAGE_UP(len);
    if (len == 0)
        return -EINVAL;
    return vma_remove(mm, addr, addr + len);
}

/* i386's mmap2: the offset counts pages, so that a file may be larger than the address space. x86-64's
   has bytes. */
long sys_mmap(word addr, word len, word prot, word flags, word fd, word pgoff)
{
#ifdef __x86_64__
    if (pgoff & ~PAGE_MASK)
        return -EINVAL;
    pgoff /= PAGE_SIZE;
#endif
    struct open_file *open = flags & MAP_ANONYMOUS ? NULL : open_file_of(fd);
    if (!open && !(flags & MAP_ANONYMOUS))
        return -EBADF;
    return (long)do_mmap(current->mm, addr, len, (uint32_t)prot, (uint32_t)flags, open, pgoff);
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
