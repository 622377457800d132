/* dma0 writes memory by physical addresses. Page tables, rights, marks and debug registers are the processor's: none of them is
   asked. What can be done is to look at the bytes, or to let the device say that it is done. The program drives it itself, by
   /dev/mem, which shows physical addresses to root. */
#include "watch.h"

#include "abi/dma.h"

struct noticed by_doorbell = {"the writer says so", "-", "-", "?"};

static volatile uint32_t *dma0;

static bool find_device(void)
{
    int fd = open("/dev/mem", O_RDWR);
    void *page = mmap(NULL, PAGE, RW, MAP_SHARED, fd, (long)DMA0_BASE);
    close(fd);
    dma0 = page;
    return page != MAP_FAILED && dma0[DMA0_ID / 4] == DMA0_ID_VALUE;
}

static void run_device(uint32_t physical, unsigned n, uint8_t pattern)
{
    dma0[DMA0_ADDRESS / 4] = physical;
    dma0[DMA0_LENGTH / 4] = n;
    dma0[DMA0_PATTERN / 4] = pattern;
    dma0[DMA0_START / 4] = 1;
    while (!(dma0[DMA0_STATUS / 4] & DMA0_DONE))
        ;
    dma0[DMA0_STATUS / 4] = DMA0_DONE;
}

void watch_a_device(void)
{
    if (!find_device()) {
        printf("w10  there is no dma0 on this machine\n");
        return;
    }
    b[0] = 'c'; /* a frame of its own, and a byte that the device will change */
    uint32_t then = sum_of_b();
    pages_watch();
    uint32_t frame = frame_of_b();
    registers_watch(b + 8);
    mprotect((void *)B, PAGE, PROT_READ);
    run_device(frame, 64, 'D');
    int hits = registers_hits();
    by_rights.device = "no"; /* its signal would have killed */
    by_registers.device = hits ? "yes" : "no";
    by_soft_dirty.device = page_is_soft_dirty() ? "yes" : "no";
    by_copy.device = page_was_copied() ? "yes" : "no";
    by_sum.device = sum_of_b() != then ? "yes, when asked" : "no";
    by_doorbell.device = "yes: its status register";
    printf("w10  the device writes to frame %08x, all of the above on watch: 0 SIGSEGV, %d hits, soft-dirty %u, %s; b[5] is '%c'\n",
           (unsigned)frame, hits, page_is_soft_dirty(), page_was_copied() ? "another frame" : "the same frame", b[5]);
    printf("w11  its status register said when it was done; the sum over the bytes %s\n",
           sum_of_b() != then ? "has changed" : "is the same");
    registers_rest();
    pages_rest();
    mprotect((void *)B, PAGE, RW);
}
