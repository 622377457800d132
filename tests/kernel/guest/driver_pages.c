/* A driver's pages in a program: what each way of mapping answers, what the program sees, and the
   counts of the pages after mmap, after fork and after all is unmapped. */
#include "check.h"
#include "tests/kernel/driver/pages.h"

#define M 0x30000000ul

static int fd;
static struct page_report report[16];

static void allocate(uint32_t order, uint32_t how, uint32_t strategy)
{
    struct pages_request request = {order, how, strategy};
    CHECK_IS(write(fd, &request, sizeof request), (long)sizeof request);
}

static long map(uint32_t pages, int flags, uint32_t first)
{
    void *at = mmap((void *)M, pages * PAGE, READ_WRITE, flags, fd, (long)(first * PAGE));
    return at == MAP_FAILED ? -errno : (long)at;
}

static bool counts(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    read(fd, report, sizeof report);
    return report[0].count == a && report[1].count == b && report[2].count == c && report[3].count == d;
}

static bool sees(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    const volatile uint8_t *at = (const volatile uint8_t *)M;
    return at[0] == a && at[PAGE] == b && at[2 * PAGE] == c && at[3 * PAGE] == d;
}

/* Is 0xAA, written by the program to page 2, there for the driver? */
static bool driver_sees(void)
{
    *(volatile uint8_t *)(M + 2 * PAGE) = 0xAA;
    read(fd, report, sizeof report);
    return report[2].byte == 0xAA;
}

/* The whole life: mapped, forked, unmapped by both. The driver's own counts are `own`. */
struct row {
    uint32_t how, strategy;
    bool visible; /* the program sees the driver's pages, and the driver what it writes */
    uint32_t own[4], mapped[4], forked[4];
};

static void run(const struct row *row)
{
    allocate(2, row->how, row->strategy);
    CHECK(counts(row->own[0], row->own[1], row->own[2], row->own[3]));
    CHECK_IS(report[0].by_ioremap, 0xD0);
    CHECK_IS(map(4, MAP_SHARED, 0), (long)M);
    uint32_t faults = (uintptr_t)stat_now().page_faults;
    CHECK(row->visible ? sees(0xD0, 0xD1, 0xD2, 0xD3) : sees(0, 0, 0, 0));
    faults = (uintptr_t)stat_now().page_faults - faults;
    bool on_demand = row->strategy == STRATEGY_FAULT || !row->visible;
    CHECK_IS(faults, on_demand ? 4 : 0);
    CHECK_IS(driver_sees(), row->visible);
    CHECK(counts(row->mapped[0], row->mapped[1], row->mapped[2], row->mapped[3]));
    int status, pid = fork();
    if (pid == 0) {
        bool ok = counts(row->forked[0], row->forked[1], row->forked[2], row->forked[3]);
        exit(ok && *(volatile uint8_t *)(M + 2 * PAGE) == 0xAA ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
    munmap((void *)M, 4 * PAGE);
    CHECK(counts(row->own[0], row->own[1], row->own[2], row->own[3]));
}

static void table(void)
{
    static const struct row rows[] = {
        {HOW_RAW, STRATEGY_REMAP_269, false, {1, 0, 0, 0}, {1, 0, 0, 0}, {1, 0, 0, 0}},
        {HOW_RESERVED, STRATEGY_REMAP_269, true, {1, 0, 0, 0}, {1, 0, 0, 0}, {1, 0, 0, 0}},
        {HOW_RAW, STRATEGY_REMAP_PFN, true, {1, 0, 0, 0}, {1, 0, 0, 0}, {1, 0, 0, 0}},
        {HOW_SPLIT, STRATEGY_REMAP_PFN, true, {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}},
        {HOW_SPLIT, STRATEGY_INSERT, true, {1, 1, 1, 1}, {2, 2, 2, 2}, {3, 3, 3, 3}},
        {HOW_SPLIT, STRATEGY_MAP_PAGES, true, {1, 1, 1, 1}, {2, 2, 2, 2}, {3, 3, 3, 3}},
        {HOW_COMP, STRATEGY_INSERT, true, {1, 0, 0, 0}, {5, 0, 0, 0}, {9, 0, 0, 0}},
        {HOW_COMP, STRATEGY_MAP_PAGES, true, {1, 0, 0, 0}, {5, 0, 0, 0}, {9, 0, 0, 0}},
        {HOW_SPLIT, STRATEGY_FAULT, true, {1, 1, 1, 1}, {2, 2, 2, 2}, {3, 3, 3, 3}},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        run(&rows[i]);
}

static void refusals(void)
{
    for (uint32_t strategy = STRATEGY_INSERT; strategy <= STRATEGY_MAP_PAGES; strategy += 2) {
        allocate(2, HOW_RAW, strategy);
        CHECK_IS(map(4, MAP_SHARED, 0), -EINVAL); /* page 1 has no count */
        CHECK(counts(1, 0, 0, 0));
        CHECK_IS(lab_peek((void *)M, 1, LAB_COPY), 1); /* page 0 is not left behind */
    }
    allocate(2, HOW_SPLIT, STRATEGY_MAP_PAGES);
    CHECK_IS(map(5, MAP_SHARED, 0), -ENXIO);
    CHECK_IS(map(1, MAP_SHARED, 4), -ENXIO);
    CHECK_IS(map(4, MAP_SHARED, 1), -ENXIO);
    CHECK_IS(map(3, MAP_SHARED, 1), (long)M);
    CHECK(((uint8_t *)M)[0] == 0xD1 && ((uint8_t *)M)[2 * PAGE] == 0xD3);
    munmap((void *)M, 3 * PAGE);
    allocate(2, HOW_SPLIT, STRATEGY_MAP_PAGES_ZERO);
    CHECK_IS(map(3, MAP_SHARED, 1), (long)M);
    CHECK(((uint8_t *)M)[0] == 0xD0 && ((uint8_t *)M)[2 * PAGE] == 0xD2);
    munmap((void *)M, 3 * PAGE);
    allocate(2, HOW_SPLIT, STRATEGY_INSERT_TWICE);
    CHECK_IS(map(1, MAP_SHARED, 0), -EBUSY);
    CHECK(counts(1, 1, 1, 1));
    allocate(2, HOW_SPLIT, STRATEGY_HEAP);
    CHECK_IS(map(1, MAP_SHARED, 0), -EINVAL);
    allocate(2, HOW_SPLIT, STRATEGY_UNALIGNED);
    CHECK_IS(map(1, MAP_SHARED, 0), -EINVAL);
}

/* Private: the first write copies, and the driver is blind. */
static void private_mappings(void)
{
    for (uint32_t strategy = STRATEGY_REMAP_PFN; strategy <= STRATEGY_INSERT; strategy++) {
        allocate(2, HOW_SPLIT, strategy);
        CHECK_IS(map(4, MAP_PRIVATE, 0), (long)M);
        CHECK(sees(0xD0, 0xD1, 0xD2, 0xD3));
        CHECK(!driver_sees());
        CHECK(sees(0xD0, 0xD1, 0xAA, 0xD3));
        munmap((void *)M, 4 * PAGE);
        CHECK(counts(1, 1, 1, 1));
    }
}

/* What a driver mapped does not grow, does not merge, and does not go to swap. */
static void special_areas(void)
{
    allocate(2, HOW_SPLIT, STRATEGY_REMAP_PFN);
    unsigned before = (unsigned)stat_now().vmas;
    CHECK_IS(map(4, MAP_SHARED, 0), (long)M);
    CHECK(mremap((void *)M, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE, NULL) == MAP_FAILED);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(madvise((void *)M, PAGE, MADV_DONTNEED), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(lab_evict((void *)M), -EINVAL);
    CHECK_IS(munmap((void *)(M + PAGE), PAGE), 0);
    CHECK_IS(stat_now().vmas, before + 2);
    munmap((void *)M, 4 * PAGE);
    allocate(2, HOW_SPLIT, STRATEGY_INSERT);
    CHECK_IS(map(4, MAP_SHARED, 0), (long)M);
    CHECK_IS(lab_evict((void *)M), -EINVAL);
    munmap((void *)M, 4 * PAGE);
}

static void every_order_comes_back(void)
{
    uint32_t before = 0;
    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t order = 0; order <= 4; order++)
            for (uint32_t how = HOW_RAW; how <= HOW_RESERVED; how++)
                allocate(order, how, STRATEGY_REMAP_PFN);
        allocate(99, 0, 0);
        if (round > 0)
            CHECK_IS(stat_now().frames_free, before);
        before = (uintptr_t)stat_now().frames_free;
    }
}

int main(void)
{
    fd = open("/dev/pages", O_RDWR);
    CHECK_IS(fd, 3);
    map_at(M, 4 * PAGE, PROT_READ);
    CHECK(sees(0, 0, 0, 0)); /* so that its code is there when faults are counted */
    munmap((void *)M, 4 * PAGE);
    table();
    refusals();
    private_mappings();
    special_areas();
    every_order_comes_back();
    return checked();
}
