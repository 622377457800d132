/* A driver for tests, only in the test kernels: it has a block of 2^order pages and lets programs map
   it in every way that there is. write(fd, {order, how, strategy}) allocates, read() tells each
   page's count and first byte, closing frees. */
#include "abi/errno.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/filemap.h"
#include "mm/remap.h"
#include "mm/uaccess.h"
#include "mm/vmalloc.h"
#include "tests/kernel/driver/pages.h"

static struct page *block;
static struct pages_request request;

static unsigned count(void)
{
    return 1u << request.order;
}

static struct page *page_number(word n)
{
    return &block[n];
}

static void release(void)
{
    if (!block)
        return;
    for (unsigned i = 0; i < count(); i++)
        page_number(i)->flags &= ~PG_RESERVED;
    if (request.how == HOW_SPLIT)
        for (unsigned i = 0; i < count(); i++)
            put_page(page_number(i));
    else if (request.how == HOW_COMP)
        put_page(block);
    else
        free_pages(block, request.order);
    block = NULL;
}

static long pages_write(struct open_file *open, const void *from, word n)
{
    (void)open;
    release();
    if (n != sizeof request || copy_from_user(&request, from, sizeof request))
        return -EFAULT;
    if (request.order > 4)
        return (long)n;
    block = alloc_pages(GFP_USER | (request.how == HOW_COMP ? GFP_COMP : 0), request.order);
    if (!block)
        return -ENOMEM;
    if (request.how == HOW_SPLIT)
        split_page(block, request.order);
    for (unsigned i = 0; i < count(); i++) {
        memset(page_address(page_number(i)), (int)(0xD0 + i), PAGE_SIZE);
        if (request.how == HOW_RESERVED)
            page_number(i)->flags |= PG_RESERVED;
    }
    return (long)n;
}

static long pages_read(struct open_file *open, void *to, word n)
{
    (void)open;
    struct page_report reports[16] = {0};
    for (unsigned i = 0; block && i < count(); i++) {
        reports[i].count = (uint32_t)page_number(i)->count;
        reports[i].byte = *(const uint8_t *)page_address(page_number(i));
    }
    /* The same bytes by an address of the vmalloc area, where the kernel has no page at first. */
    const uint8_t *seen = block ? ioremap(frame_of(block), PAGE_SIZE) : NULL;
    if (seen) {
        reports[0].by_ioremap = *seen;
        iounmap((void *)seen);
    }
    return n == sizeof reports && copy_to_user(to, reports, n) == 0 ? (long)n : -EFAULT;
}

/* STRATEGY_FAULT: each page when it is touched. */
static enum fault_result pages_fault(struct vma *vma, struct vm_fault *fault)
{
    (void)vma;
    if (fault->pgoff >= count())
        return FAULT_SIGBUS;
    fault->page = page_number(fault->pgoff);
    get_page(fault->page);
    return FAULT_DONE;
}
static const struct vm_operations fault_operations = {.fault = pages_fault};
static const struct vm_operations no_operations = {0};

static int pages_mmap(struct open_file *open, struct vma *vma)
{
    (void)open;
    struct page *pages[16];
    word size = vma->end - vma->start;
    if (!block)
        return -ENXIO;
    for (unsigned i = 0; i < count(); i++)
        pages[i] = page_number(i);
    vma->ops = request.strategy == STRATEGY_FAULT ? &fault_operations : &no_operations;
    int error = 0;
    switch (request.strategy) {
    case STRATEGY_REMAP_269:
        return remap_page_range(vma, vma->start, frame_of(block), size);
    case STRATEGY_REMAP_PFN:
        return remap_pfn_range(vma, vma->start, frame_of(block), size);
    case STRATEGY_INSERT:
        for (word i = 0; i < size / PAGE_SIZE && !error; i++)
            error = vm_insert_page(vma, vma->start + i * PAGE_SIZE, pages[i]);
        return error;
    case STRATEGY_INSERT_TWICE:
        error = vm_insert_page(vma, vma->end, pages[0]);
        if (error != -EFAULT)
            return error;
        vm_insert_page(vma, vma->start, pages[0]);
        return vm_insert_page(vma, vma->start, pages[0]);
    case STRATEGY_MAP_PAGES:
        return vm_map_pages(vma, pages, count());
    case STRATEGY_MAP_PAGES_ZERO:
        return vm_map_pages_zero(vma, pages, count());
    case STRATEGY_HEAP: /* a page of kmalloc's must be refused */
        return vm_insert_page(vma, vma->start, virt_to_page(vma));
    case STRATEGY_UNALIGNED:
        return remap_pfn_range(vma, vma->start + 1, frame_of(block), PAGE_SIZE);
    default:
        return 0;
    }
}

static const struct file_operations pages_operations = {
    .read = pages_read, .write = pages_write, .mmap = pages_mmap};

void test_driver_init(void)
{
    struct file *file = file_new("/dev/pages", 0, NULL);
    if (!file)
        return;
    file->operations = &pages_operations;
    file_register(file);
}
