/* The devices that are nothing but memory. /dev/null takes everything and has nothing; /dev/zero
   has zeros without end; of /dev/mem the place in the file is the physical address, RAM or device.
   That one is the simplest driver that maps something: one call, and no page comes by a fault. For
   root only, as it shows everything. */
#include "abi/errno.h"
#include "drivers/devices.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/filemap.h"
#include "mm/remap.h"
#include "mm/uaccess.h"
#include "task/task.h"

static int mem_mmap(struct open_file *open, struct vma *vma)
{
    (void)open;
    if (current->euid != 0)
        return -EPERM;
    vma->ops = NULL; /* no page of it comes from the page cache */
    return remap_pfn_range(vma, vma->start, (uint32_t)(vma->pgoff * PAGE_SIZE),
                           vma->end - vma->start);
}

/* What nobody will see need not be fetched: the pointer may be any number. */
static long null_write(struct open_file *open, const void *from, word n)
{
    (void)open;
    (void)from;
    return (long)n;
}

static long null_read(struct open_file *open, void *to, word n)
{
    (void)open;
    (void)to;
    (void)n;
    return 0;
}

/* Where there are no places, each is as good as the first. */
static long null_llseek(struct open_file *open, long offset, word whence)
{
    (void)offset;
    (void)whence;
    open->position = 0;
    return 0;
}

static long zero_read(struct open_file *open, void *to, word n)
{
    (void)open;
    word done = n - clear_user(to, n);
    return done > 0 || n == 0 ? (long)done : -EFAULT;
}

/* Private: memory like any other, whose pages come as zeros when they are touched. Shared: a file
   without a name, as MAP_ANONYMOUS would have it. */
static int zero_mmap(struct open_file *open, struct vma *vma)
{
    (void)open;
    vma->ops = NULL;
    if (!(vma->flags & VM_SHARED))
        return 0;
    struct file *shared = shmem_file(vma->end - vma->start);
    if (!shared)
        return -ENOMEM;
    vma_set_file(vma, shared);
    put_file(shared); /* the VMA keeps it */
    vma->ops = shared->vm_operations;
    vma->pgoff = 0;
    return 0;
}

static const struct file_operations mem_operations = {.mmap = mem_mmap};
static const struct file_operations null_operations = {
    .llseek = null_llseek, .read = null_read, .write = null_write};
static const struct file_operations zero_operations = {
    .llseek = null_llseek, .read = zero_read, .write = null_write, .mmap = zero_mmap};

void mem_init(void)
{
    device_register("/dev/mem", &mem_operations);
    device_register("/dev/null", &null_operations);
    device_register("/dev/zero", &zero_operations);
}
