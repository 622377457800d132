/* /dev/dma0: the errors of its calls, every way to allocate with every way to map, lifetimes, and
   the device itself, where there is one. */
#include "abi/dma.h"
#include "abi/dma_calls.h"
#include "check.h"

#define M          0x30000000u
#define BYTE(page) (((volatile uint8_t *)M)[(page)*PAGE])

static int fd;
static bool has_device;
static unsigned long delay;
static struct dma_page report[DMA_MAX_PAGES];

static long call(unsigned long request, const void *argument)
{
    long result = ioctl(fd, request, (void *)argument);
    return result < 0 ? -errno : result;
}

static long allocate(unsigned long order, unsigned long how)
{
    struct dma_allocation wish = {order, how};
    return call(DMA_ALLOC, &wish);
}

static long begin(unsigned long offset, unsigned long length, unsigned long pattern)
{
    struct dma_transfer wish = {offset, length, pattern, delay};
    return call(DMA_START, &wish);
}

static long map(unsigned long strategy, uint32_t pages, int type, uint32_t first)
{
    CHECK_IS(call(DMA_HOW, (void *)strategy), 0);
    void *at =
        mmap((void *)M, pages * PAGE, READ_WRITE, type | MAP_FIXED, fd, (long)(first * PAGE));
    return at == MAP_FAILED ? -errno : 0;
}

static void errors(void)
{
    fd = open("/dev/dma0", O_RDWR);
    CHECK_IS(call(DMA_FREE, NULL), -ENXIO);
    CHECK_IS(begin(0, 1, 0), -ENXIO);
    CHECK_IS(map(DMA_MAP_PAGES, 1, MAP_SHARED, 0), -ENXIO);
    CHECK_IS(call(DMA_REPORT, report), 0);
    CHECK_IS(call(DMA_WAIT, NULL), 0);
    CHECK_IS(allocate(5, DMA_RAW), -EINVAL);
    CHECK_IS(allocate(0, 4), -EINVAL);
    CHECK_IS(call(DMA_ALLOC, NULL), -EFAULT);
    CHECK_IS(call(DMA_HOW, (void *)6), -EINVAL);
    CHECK_IS(allocate(2, DMA_SPLIT), 0);
    CHECK_IS(allocate(2, DMA_SPLIT), -EBUSY);
    CHECK_IS(begin(0, 0, 0), -EINVAL);
    CHECK_IS(begin(4 * PAGE, 1, 0), -EINVAL);
    CHECK_IS(begin(4 * PAGE - 1, 2, 0), -EINVAL);
    CHECK_IS(begin(PAGE, 0xFFFFFFFF, 0), -EINVAL);
    CHECK_IS(call(DMA_START, NULL), -EFAULT);
    CHECK_IS(call(DMA_REPORT, NULL), -EFAULT);
    CHECK_IS(call(0x4407, NULL), -ENOTTY);
    CHECK_IS(read(fd, report, 4), -1);
    CHECK_IS(errno, EBADF);
    CHECK_IS(lseek(fd, 0, SEEK_SET), -1);
    CHECK_IS(errno, ESPIPE);
    for (unsigned long strategy = DMA_REMAP_269; strategy <= DMA_MAP_PAGES; strategy++) {
        CHECK_IS(map(strategy, 5, MAP_SHARED, 0), -ENXIO); /* not behind the buffer */
        CHECK_IS(map(strategy, 1, MAP_SHARED, 4), -ENXIO);
    }
    CHECK_IS(map(DMA_FAULT, 5, MAP_SHARED, 0), 0); /* no page is asked for yet */
    CHECK_IS(lab_peek((void *)(M + 3 * PAGE), 1, LAB_COPY), 0);
    int status, pid = fork();
    if (pid == 0)
        exit(BYTE(4));
    waitpid(pid, &status, 0);
    CHECK_IS(status, SIGBUS);
    munmap((void *)M, 5 * PAGE);
    close(fd);
}

/* Order, kind and strategy: the pages that the program sees are the driver's, or mmap refuses, or,
   as of old, neither. */
static void every_combination(void)
{
    for (unsigned long order = 0; order <= DMA_LARGEST_ORDER; order++) {
        for (unsigned long how = DMA_RAW; how <= DMA_RESERVED; how++) {
            for (unsigned long strategy = DMA_REMAP_269; strategy <= DMA_MAP_PAGES_ZERO;
                 strategy++) {
                uint32_t n = 1u << order;
                bool counts = strategy >= DMA_INSERT_LOOP;
                bool no_tails = order == 0 || how == DMA_SPLIT || how == DMA_COMP;
                fd = open("/dev/dma0", O_RDWR);
                CHECK_IS(allocate(order, how), 0);
                CHECK_IS(call(DMA_REPORT, report), (long)n);
                long mapped = map(strategy, n, MAP_SHARED, 0);
                CHECK_IS(mapped, counts && !no_tails ? -EINVAL : 0);
                bool passed_over = strategy == DMA_REMAP_269 && how != DMA_RESERVED;
                for (uint32_t i = 0; !mapped && i < n; i++)
                    if (BYTE(i) != (passed_over ? 0 : 0xD0 + i))
                        CHECK_IS(BYTE(i), passed_over ? 0 : 0xD0 + i);
                munmap((void *)M, n * PAGE);
                CHECK_IS(call(DMA_FREE, NULL), 0);
                close(fd);
            }
        }
    }
}

/* What a mapping has outlives its descriptor; a fork's child has it too, and it may be split. */
static void lifetimes(void)
{
    int status;
    fd = open("/dev/dma0", O_RDWR);
    allocate(2, DMA_SPLIT);
    CHECK_IS(map(DMA_FAULT, 4, MAP_SHARED, 0), 0);
    close(fd);
    CHECK_IS(BYTE(1), 0xD1);
    int pid = fork();
    if (pid == 0) {
        munmap((void *)(M + PAGE), PAGE);
        exit(BYTE(0) == 0xD0 && BYTE(3) == 0xD3 ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
    munmap((void *)(M + 2 * PAGE), PAGE);
    CHECK_IS(BYTE(3), 0xD3);
    munmap((void *)M, 4 * PAGE);
    /* Freed while mapped: whose page was counted, keeps it. */
    fd = open("/dev/dma0", O_RDWR);
    allocate(2, DMA_COMP);
    CHECK_IS(map(DMA_MAP_PAGES, 4, MAP_SHARED, 0), 0);
    CHECK_IS(call(DMA_FREE, NULL), 0);
    CHECK(BYTE(0) == 0xD0 && BYTE(3) == 0xD3);
    BYTE(3) = 1;
    munmap((void *)M, 4 * PAGE);
    close(fd);
}

static void transfers(void)
{
    fd = open("/dev/dma0", O_RDWR);
    int other = open("/dev/dma0", O_RDWR);
    allocate(2, DMA_SPLIT);
    CHECK_IS(map(DMA_INSERT_LOOP, 4, MAP_SHARED, 0), 0);
    delay = 50000;
    CHECK_IS(begin(PAGE - 1, PAGE + 2, 0x55), 0);
    CHECK_IS(begin(0, 1, 0), -EBUSY);
    CHECK_IS(call(DMA_FREE, NULL), -EBUSY);
    volatile uint8_t *bytes = (volatile uint8_t *)M;
    CHECK_IS(bytes[PAGE], 0xD1); /* not yet */
    CHECK_IS(call(DMA_WAIT, NULL), 1);
    CHECK_IS(bytes[PAGE - 2], 0xD0);
    CHECK_IS(bytes[PAGE - 1], 0x55);
    CHECK_IS(bytes[PAGE], 0x55);
    CHECK_IS(bytes[2 * PAGE], 0x55);
    CHECK_IS(bytes[2 * PAGE + 1], 0xD2);
    delay = 0;
    CHECK_IS(begin(0, 4 * PAGE, 0x66), 0);
    CHECK_IS(call(DMA_WAIT, NULL), 2);
    CHECK(BYTE(0) == 0x66 && BYTE(3) == 0x66);
    /* The last user goes while the device writes. */
    munmap((void *)M, 4 * PAGE);
    delay = 50000;
    CHECK_IS(begin(0, 4 * PAGE, 0x77), 0);
    close(fd);
    fd = other;
    allocate(2, DMA_SPLIT); /* not in the frames that it still writes to */
    while (begin(0, 1, 0x88) == -EBUSY)
        ;
    CHECK_IS(call(DMA_WAIT, NULL), 1);
    call(DMA_REPORT, report);
    CHECK_IS(report[0].byte, 0x88);
    CHECK_IS(report[1].byte, 0xD1);
    close(fd);
}

static void registers(void)
{
    fd = open("/dev/dma0", O_RDWR);
    CHECK(mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, DMA_REGISTERS_OFFSET) == MAP_FAILED);
    CHECK_IS(errno, EINVAL);
    volatile uint32_t *page = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED, fd, DMA_REGISTERS_OFFSET);
    CHECK(page != MAP_FAILED);
    if (has_device) {
        CHECK_IS(page[DMA0_ID / 4], DMA0_ID_VALUE);
        uint32_t before = page[DMA0_READS / 4];
        CHECK_IS(lab_peek((const void *)page, 4, LAB_COPY), 0); /* the kernel, for the program */
        unsigned reads = sizeof(long) == 8 ? 4 : 1; /* byte by byte, as its copy goes */
        CHECK_IS(page[DMA0_READS / 4], before + reads);
    }
    munmap((void *)page, PAGE);
    close(fd);
}

int main(void)
{
    fd = open("/dev/dma0", O_RDWR);
    allocate(0, DMA_RAW);
    has_device = begin(0, 1, 0) != -ENODEV;
    call(DMA_WAIT, NULL);
    close(fd);
    unsigned long before = 0;
    for (unsigned round = 0; round < 2; round++) {
        errors();
        every_combination();
        lifetimes();
        if (has_device)
            transfers();
        registers();
        if (round > 0)
            CHECK_IS(stat_now().frames_free, before);
        before = stat_now().frames_free;
    }
    CHECK_IS(fd, 3);
    return checked();
}
