/* mmap of a DMA buffer. The process has a new VMA; it is the driver's turn to say which pages
   belong in it. Linux has had several calls for that. Which of them work depends on who counts the
   pages' owners, and so on how they were allocated. */
#include "abi/dma.h"
#include "abi/errno.h"
#include "drivers/dma.h"
#include "mm/mm.h"
#include "mm/remap.h"

static struct page *page_number(const struct dma_buffer *buffer, word n)
{
    return buffer->block + n;
}

/* DMA_FAULT: a page is asked for when it is touched. */
static enum fault_result dma_fault(struct vma *vma, struct vm_fault *fault)
{
    const struct dma_buffer *buffer = vma->private;
    if (fault->pgoff >= dma_pages(buffer))
        return FAULT_SIGBUS;
    fault->page = page_number(buffer, fault->pgoff);
    if (compound_head(fault->page)->count == 0) /* a raw block's tail: nobody could count this owner */
        return FAULT_SIGBUS;
    get_page(fault->page);
    return FAULT_DONE;
}

/* fork and a split make another VMA of the same buffer. */
static void dma_vma_open(struct vma *vma)
{
    struct dma_buffer *buffer = vma->private;
    buffer->users++;
}

static void dma_vma_close(struct vma *vma)
{
    dma_buffer_put(vma->private);
}

static const struct vm_operations mapped_at_once = {.open = dma_vma_open, .close = dma_vma_close};
static const struct vm_operations mapped_by_faults = {
    .open = dma_vma_open, .close = dma_vma_close, .fault = dma_fault};

static int insert_one_by_one(const struct dma_buffer *buffer, struct vma *vma)
{
    word n = (vma->end - vma->start) / PAGE_SIZE;
    if (vma->pgoff + n > dma_pages(buffer))
        return -ENXIO;
    int error = 0;
    for (word i = 0; i < n && !error; i++)
        error =
            vm_insert_page(vma, vma->start + i * PAGE_SIZE, page_number(buffer, vma->pgoff + i));
    return error;
}

static int remap(const struct dma_buffer *buffer, struct vma *vma)
{
    word size = vma->end - vma->start;
    if (vma->pgoff + size / PAGE_SIZE > dma_pages(buffer))
        return -ENXIO; /* the frames behind the buffer are somebody else's */
    uint32_t first = frame_of(page_number(buffer, vma->pgoff));
    return buffer->strategy == DMA_REMAP_269 ? remap_page_range(vma, vma->start, first, size)
                                             : remap_pfn_range(vma, vma->start, first, size);
}

static int map_all(const struct dma_buffer *buffer, struct vma *vma)
{
    struct page *pages[DMA_MAX_PAGES];
    for (unsigned i = 0; i < dma_pages(buffer); i++)
        pages[i] = page_number(buffer, i);
    return buffer->strategy == DMA_MAP_PAGES ? vm_map_pages(vma, pages, dma_pages(buffer))
                                             : vm_map_pages_zero(vma, pages, dma_pages(buffer));
}

static int map_buffer(const struct dma_buffer *buffer, struct vma *vma)
{
    switch (buffer->strategy) {
    case DMA_REMAP_269:
    case DMA_REMAP_PFN:
        return remap(buffer, vma);
    case DMA_INSERT_LOOP:
        return insert_one_by_one(buffer, vma);
    case DMA_MAP_PAGES:
    case DMA_MAP_PAGES_ZERO:
        return map_all(buffer, vma);
    default:
        return 0;
    }
}

/* Not RAM: only remap_pfn_range can do it, there is no struct page to insert. */
static int map_registers(struct vma *vma)
{
    if (vma->end - vma->start != PAGE_SIZE)
        return -EINVAL;
    vma->ops = NULL;
    return remap_pfn_range(vma, vma->start, DMA0_BASE, PAGE_SIZE);
}

int dma_map(struct dma_buffer *buffer, struct vma *vma)
{
    if (vma->pgoff == DMA_REGISTERS_OFFSET / PAGE_SIZE)
        return map_registers(vma);
    if (!buffer->block)
        return -ENXIO;
    int error = map_buffer(buffer, vma);
    if (error)
        return error;
    vma->ops = buffer->strategy == DMA_FAULT ? &mapped_by_faults : &mapped_at_once;
    vma->private = buffer;
    buffer->users++;
    return 0;
}
