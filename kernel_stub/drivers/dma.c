/* /dev/dma0: buffers for a device that writes memory by itself. */
#include "drivers/dma.h"

#include "abi/errno.h"
#include "drivers/devices.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/frames.h"
#include "mm/kmalloc.h"
#include "mm/uaccess.h"
#include "task/signal.h"
#include "task/task.h"

unsigned dma_pages(const struct dma_buffer *buffer)
{
    return buffer->block ? 1u << buffer->order : 0;
}

/* Each kind goes back as it came: a split block page by page, for each page may have other owners;
   the others as a whole. */
static void free_block(struct dma_buffer *buffer)
{
    for (unsigned i = 0; i < dma_pages(buffer); i++) {
        buffer->block[i].flags &= ~PG_RESERVED;
        if (buffer->how == DMA_SPLIT)
            put_page(&buffer->block[i]);
    }
    if (buffer->how == DMA_COMP)
        put_page(buffer->block);
    else if (buffer->how != DMA_SPLIT)
        free_pages(buffer->block, buffer->order);
    buffer->block = NULL;
}

static struct dma_buffer *orphan; /* without users, but the device is still writing to it */

static void destroy(struct dma_buffer *buffer)
{
    if (buffer->block)
        free_block(buffer);
    kfree(buffer);
}

/* There is never more than one: the device has one transfer at a time, and before the next one
   begins we come by here. */
static void destroy_orphan(void)
{
    if (!orphan || dma_engine_is_busy_with(orphan))
        return;
    destroy(orphan);
    orphan = NULL;
}

/* The frames of a transfer that is under way must not become somebody else's. Whoever ends here may
   be an exiting process, which cannot wait: so the buffer does. */
void dma_buffer_put(struct dma_buffer *buffer)
{
    if (--buffer->users > 0)
        return;
    if (dma_engine_is_busy_with(buffer))
        orphan = buffer;
    else
        destroy(buffer);
}

static int dma_open(struct open_file *open)
{
    destroy_orphan();
    struct dma_buffer *buffer = kmalloc(sizeof *buffer);
    if (!buffer)
        return -ENOMEM;
    buffer->users = 1;
    open->private = buffer;
    return 0;
}

static void dma_release(struct open_file *open)
{
    dma_buffer_put(open->private);
}

static long allocate(struct dma_buffer *buffer, const struct dma_allocation *wish)
{
    if (wish->order > DMA_LARGEST_ORDER || wish->how > DMA_RESERVED)
        return -EINVAL;
    if (buffer->block)
        return -EBUSY;
    buffer->block =
        alloc_pages(GFP_USER | (wish->how == DMA_COMP ? GFP_COMP : 0), (unsigned)wish->order);
    if (!buffer->block)
        return -ENOMEM;
    buffer->order = (unsigned)wish->order;
    buffer->how = (unsigned)wish->how;
    if (wish->how == DMA_SPLIT)
        split_page(buffer->block, buffer->order);
    for (unsigned i = 0; i < dma_pages(buffer); i++) {
        memset(page_address(&buffer->block[i]), (int)(0xD0 + i), PAGE_SIZE);
        if (wish->how == DMA_RESERVED)
            buffer->block[i].flags |= PG_RESERVED;
    }
    return 0;
}

static long release_block(struct dma_buffer *buffer)
{
    if (!buffer->block)
        return -ENXIO;
    if (dma_engine_is_busy_with(buffer))
        return -EBUSY;
    free_block(buffer);
    return 0;
}

static long begin(struct dma_buffer *buffer, const struct dma_transfer *wish)
{
    word size = dma_pages(buffer) * PAGE_SIZE;
    if (size == 0)
        return -ENXIO;
    if (wish->length == 0 || wish->offset >= size || wish->length > size - wish->offset)
        return -EINVAL;
    destroy_orphan();
    return dma_engine_begin(buffer, wish);
}

static long report(const struct dma_buffer *buffer, void *to)
{
    struct dma_page pages[DMA_MAX_PAGES];
    unsigned n = dma_pages(buffer);
    for (unsigned i = 0; i < n; i++)
        pages[i] = (struct dma_page){
            .frame = frame_of(&buffer->block[i]),
            .count = (unsigned long)buffer->block[i].count,
            .byte = *(const uint8_t *)page_address(&buffer->block[i]),
        };
    return copy_to_user(to, pages, n * sizeof pages[0]) ? -EFAULT : (long)n;
}

static long dma_ioctl(struct open_file *open, word request, word argument)
{
    struct dma_buffer *buffer = open->private;
    struct dma_allocation allocation;
    struct dma_transfer transfer;
    switch (request) {
    case DMA_ALLOC:
        if (copy_from_user(&allocation, (const void *)argument, sizeof allocation))
            return -EFAULT;
        return allocate(buffer, &allocation);
    case DMA_FREE:
        return release_block(buffer);
    case DMA_HOW:
        if (argument > DMA_FAULT)
            return -EINVAL;
        buffer->strategy = (unsigned)argument;
        return 0;
    case DMA_START:
        if (copy_from_user(&transfer, (const void *)argument, sizeof transfer))
            return -EFAULT;
        return begin(buffer, &transfer);
    case DMA_WAIT:
        return dma_engine_wait(buffer) ? (long)buffer->completed : -ERESTARTSYS;
    case DMA_REPORT:
        return report(buffer, (void *)argument);
    default:
        return -ENOTTY;
    }
}

static int dma_mmap(struct open_file *open, struct vma *vma)
{
    return dma_map(open->private, vma);
}

static const struct file_operations dma_operations = {
    .open = dma_open,
    .llseek = no_llseek,
    .ioctl = dma_ioctl,
    .mmap = dma_mmap,
    .release = dma_release,
};

void dma_init(void)
{
    dma_engine_init();
    device_register("/dev/dma0", &dma_operations);
}
