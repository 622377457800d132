/* Memory that is shared without a file (MAP_SHARED | MAP_ANONYMOUS) is a file that has no name and
   lives as long as a VMA maps it: so fork's two sides, and pages not touched yet, need nothing of
   their own. Its "disk" is the swap disk; the list says which page is in which slot. */
#include "fs/file.h"
#include "mm/filemap.h"
#include "mm/swap.h"

struct stored_page {
    uint32_t index, slot;
    struct stored_page *next;
};

static struct stored_page **find_stored(struct file *file, uint32_t index)
{
    struct stored_page **link = (struct stored_page **)&file->private;
    while (*link && (*link)->index != index)
        link = &(*link)->next;
    return link;
}

static void forget_stored(struct stored_page **link)
{
    struct stored_page *stored = *link;
    *link = stored->next;
    swap_free(stored->slot);
    kfree(stored);
}

/* A page never written to is zero, as it came from the allocator. One that comes back has no slot
   any more, so it must be written again before it may go. */
static bool read_page(struct file *file, struct page *page)
{
    struct stored_page **link = find_stored(file, page->index);
    if (!*link)
        return true;
    if (!swap_load(page, (*link)->slot))
        return false;
    page->flags |= PG_DIRTY;
    forget_stored(link);
    return true;
}

static bool write_page(struct file *file, struct page *page)
{
    struct stored_page **old = find_stored(file, page->index);
    if (*old)
        forget_stored(old);
    struct stored_page *stored = kmalloc(sizeof *stored);
    uint32_t slot = stored ? swap_store(page) : 0;
    if (!slot) {
        kfree(stored);
        return false;
    }
    *stored = (struct stored_page){page->index, slot, file->private};
    file->private = stored;
    return true;
}

/* What is stored of the pages behind the end goes. The last page, of which only the rest goes, is fetched, so that the page cache
   makes zeros of it. */
static void cut(struct file *file, word size)
{
    struct stored_page **link = (struct stored_page **)&file->private;
    while (*link) {
        if ((*link)->index * PAGE_SIZE >= size)
            forget_stored(link);
        else
            link = &(*link)->next;
    }
    bool major;
    struct page *last = size % PAGE_SIZE ? filemap_get(file, size / PAGE_SIZE, &major) : NULL;
    if (last)
        put_page(last);
}

static void release(struct file *file)
{
    file->size = 0;
    filemap_truncate(file);
    while (file->private)
        forget_stored((struct stored_page **)&file->private);
    kfree(file);
}

static const struct page_operations shmem_pages = {read_page, write_page, cut, release};

static enum fault_result shmem_fault(struct vma *vma, struct vm_fault *fault)
{
    if (fault->pgoff >= file_pages(vma->file))
        return FAULT_SIGBUS;
    bool stored = *find_stored(vma->file, fault->pgoff), read;
    fault->page = filemap_get(vma->file, fault->pgoff, &read);
    fault->major = read && stored;
    fault->how = fault->major ? TP_SWAP : TP_ANON;
    return fault->page ? FAULT_DONE : FAULT_NO_MEMORY;
}

static const struct vm_operations shmem_vm_operations = {.fault = shmem_fault};

struct file *shmem_file(word size)
{
    struct file *file = file_new("/dev/zero (deleted)", size, &shmem_pages);
    if (!file)
        return NULL;
    file->device = DEVICE_NONE;
    file->vm_operations = &shmem_vm_operations;
    return file;
}
