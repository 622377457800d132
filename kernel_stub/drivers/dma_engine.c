/* The device: four registers to tell it what to do, an interrupt when it is done. It is given a
   physical address, since it knows no page tables: not a program's, not the kernel's. */
#include "abi/dma.h"
#include "abi/errno.h"
#include "abi/ports.h"
#include "drivers/dma.h"
#include "drivers/pic.h"
#include "mm/frames.h"
#include "mm/vmalloc.h"
#include "task/sched.h"

static volatile uint32_t *registers; /* NULL: there is no such device, as under QEMU */
static struct dma_buffer *under_way; /* whose transfer; NULL: none */
static struct wait_queue done;

static volatile uint32_t *at(unsigned offset)
{
    return &registers[offset / sizeof(uint32_t)];
}

/* The line is open while a transfer of ours is under way and at no other time: a program that works
   the device by itself, through /dev/mem, finds its state as it left it.

   In the name of nobody in particular: whatever task runs just now has nothing to do with it. */
static void interrupt_is_here(void)
{
    if (!under_way || !(*at(DMA0_STATUS) & DMA0_DONE))
        return;
    *at(DMA0_STATUS) = DMA0_DONE;
    irq_close(IRQ_DMA0);
    under_way->completed++;
    under_way = NULL;
    wake_up(&done);
}

void dma_engine_init(void)
{
    registers = ioremap(DMA0_BASE, DMA0_SIZE);
    if (!registers || *at(DMA0_ID) != DMA0_ID_VALUE) {
        registers = NULL;
        return;
    }
    irq_install(IRQ_DMA0, interrupt_is_here);
}

long dma_engine_begin(struct dma_buffer *buffer, const struct dma_transfer *transfer)
{
    if (!registers)
        return -ENODEV;
    if (under_way)
        return -EBUSY;
    under_way = buffer;
    *at(DMA0_ADDRESS) = frame_of(buffer->block) + (uint32_t)transfer->offset;
    *at(DMA0_LENGTH) = (uint32_t)transfer->length;
    *at(DMA0_PATTERN) = (uint8_t)transfer->pattern;
    *at(DMA0_DELAY) = transfer->delay ? (uint32_t)transfer->delay : DMA0_DEFAULT_DELAY;
    *at(DMA0_START) = 1;
    irq_open(IRQ_DMA0);
    return 0;
}

bool dma_engine_is_busy_with(const struct dma_buffer *buffer)
{
    return under_way == buffer;
}

bool dma_engine_wait(const struct dma_buffer *buffer)
{
    return wait_event_interruptible(&done, !dma_engine_is_busy_with(buffer));
}
