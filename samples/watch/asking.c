/* Not to be told but to ask later: has the page been written to since? Marks that a write leaves behind: the soft-dirty bit of
   /proc/self/pagemap; where a child shares the page until somebody writes, another frame; and the bytes themselves. */
#include "watch.h"

struct noticed by_soft_dirty = {"soft-dirty bit (pagemap)", "?", "?", "?"};
struct noticed by_copy = {"copy on write (another frame)", "?", "?", "?"};
struct noticed by_sum = {"a sum over the bytes, taken again", "?", "?", "?"};

static int child;
static uint32_t frame_then;

static uint64_t pagemap_of_b(void)
{
    uint64_t entry = 0;
    int fd = open("/proc/self/pagemap", O_RDONLY);
    lseek(fd, (long)(B / PAGE * 8), SEEK_SET);
    read(fd, &entry, sizeof entry);
    close(fd);
    return entry;
}

uint32_t frame_of_b(void)
{
    return (uint32_t)pagemap_of_b() * PAGE; /* the low bits are the frame's number */
}

bool page_is_soft_dirty(void)
{
    return pagemap_of_b() >> 55 & 1;
}

bool page_was_copied(void)
{
    return frame_of_b() != frame_then;
}

uint32_t sum_of_b(void)
{
    uint32_t total = 0;
    for (unsigned i = 0; i < 64; i++)
        total = total * 31 + (unsigned char)b[i];
    return total;
}

/* From now on: a child shares the page and sleeps, and nothing counts as written. */
void pages_watch(void)
{
    struct timespec long_time = {1000, 0};
    child = fork();
    if (child == 0) {
        nanosleep(&long_time, NULL);
        exit(0);
    }
    frame_then = frame_of_b();
    int fd = open("/proc/self/clear_refs", O_WRONLY);
    write(fd, "4", 1);
    close(fd);
}

void pages_rest(void)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static unsigned minor_faults(void)
{
    struct lab_stat stat;
    lab_stat(&stat);
    return (unsigned)stat.minor_faults;
}

void watch_by_asking(void)
{
    pages_watch();
    bool before = page_is_soft_dirty();
    char byte = b[0];
    bool after_reading = page_is_soft_dirty() || page_was_copied();
    uint32_t sum = sum_of_b();
    unsigned faults = minor_faults();
    b[0] = (char)(byte + 1);
    faults = minor_faults() - faults;
    by_soft_dirty.user = page_is_soft_dirty() ? "yes, when asked" : "no";
    by_copy.user = page_was_copied() ? "yes, when asked" : "no";
    by_sum.user = sum_of_b() != sum ? "yes, when asked" : "no";
    printf("w13  soft-dirty %u, after a read %u; then a store: %u fault, soft-dirty %u, %s\n", before, after_reading, faults,
           page_is_soft_dirty(), page_was_copied() ? "another frame" : "the same frame");
    pages_rest();
    pages_watch();
    sum = sum_of_b();
    int result = kernel_writes(b, 8);
    by_soft_dirty.kernel = page_is_soft_dirty() ? "yes, when asked" : "no";
    by_copy.kernel = page_was_copied() ? "yes, when asked" : "no";
    by_sum.kernel = sum_of_b() != sum ? "yes, when asked" : "no";
    printf("w14  read() into b: %d, soft-dirty %u, %s\n", result, page_is_soft_dirty(),
           page_was_copied() ? "another frame" : "the same frame");
    pages_rest();
}
