/* Four pages of a driver's in a program: allocated in four ways, mapped in six. What mmap answers,
   what the program reads, whether the driver sees what it writes (page 2) and it sees what the
   device writes (page 1), and how many owners each page has when it is mapped, after a fork, and
   when all is unmapped. The rows are those of docs/topics; each is a process of its own, whose
   number stands in it. */
#include "abi/dma.h"
#include "abi/dma_calls.h"
#include "libc.h"

#define PAGE 4096u
#define M    ((volatile unsigned char *)0x30000000)

static unsigned rows;
static int fd;
static struct dma_page pages[DMA_MAX_PAGES];

static const char *const kinds[] = {"raw", "split", "compound", "reserved"};
static const char *const strategies[] = {"remap 2.6.9", "remap_pfn",      "insert loop",
                                         "map_pages",   "map_pages_zero", "fault"};

static void put_counts(void)
{
    ioctl(fd, DMA_REPORT, pages);
    printf("%u,%u,%u,%u", (unsigned)pages[0].count, (unsigned)pages[1].count,
           (unsigned)pages[2].count, (unsigned)pages[3].count);
}

static void allocate(unsigned long how, unsigned long strategy)
{
    struct dma_allocation four = {2, how};
    fd = open("/dev/dma0", O_RDWR);
    ioctl(fd, DMA_ALLOC, &four);
    ioctl(fd, DMA_HOW, (void *)strategy);
}

static bool map(unsigned first, unsigned n, int type)
{
    return mmap((void *)M, n * PAGE, PROT_READ | PROT_WRITE, type | MAP_FIXED, fd,
                (long)(first * PAGE)) != MAP_FAILED;
}

/* The first byte of each page, without a system call in between. */
static void put_what_it_reads(unsigned n)
{
    unsigned char seen[4];
    for (unsigned i = 0; i < n && i < 4; i++)
        seen[i] = M[i * PAGE];
    for (unsigned i = 0; i < n && i < 4; i++)
        printf("%02x ", seen[i]);
}

static void write_and_let_the_device_write(void)
{
    struct dma_transfer page_1 = {PAGE, PAGE, 0x55, 0};
    M[2 * PAGE] = 0xAA;
    ioctl(fd, DMA_REPORT, pages);
    printf("%s ", pages[2].byte == 0xAA ? "driver sees it" : "driver is blind");
    if (ioctl(fd, DMA_START, &page_1) < 0) {
        printf("no device    ");
        return;
    }
    ioctl(fd, DMA_WAIT, NULL);
    printf("device %s ", M[PAGE] == 0x55 ? "seen  " : "unseen");
}

/* Who else has the pages: the child of a fork, as long as it lives. */
static void put_counts_of_a_life(void)
{
    put_counts();
    printf(" > ");
    if (fork() == 0) {
        put_counts();
        exit(0);
    }
    wait(NULL);
    printf(" > ");
    munmap((void *)M, 4 * PAGE);
    put_counts();
}

/* Begin a row, and a process of its own for it; true in the child. */
static bool row(const char *what, const char *how)
{
    rows++;
    if (fork() != 0) {
        wait(NULL);
        return false;
    }
    printf("r%-2u pid %-2d %-10s%-15s", rows, getpid(), what, how);
    return true;
}

static void end_row(void)
{
    printf("\n");
    ioctl(fd, DMA_FREE, NULL);
    exit(0);
}

static void refused(void)
{
    int error = errno;
    printf("%d %s ", -error, errno_name(error));
    put_counts();
    end_row();
}

static void all_four_pages(unsigned long how, unsigned long strategy)
{
    if (!row(kinds[how], strategies[strategy]))
        return;
    allocate(how, strategy);
    if (!map(0, 4, MAP_SHARED))
        refused();
    put_what_it_reads(4);
    write_and_let_the_device_write();
    put_counts_of_a_life();
    end_row();
}

static void some_pages(unsigned long strategy, unsigned first, unsigned n)
{
    if (!row(kinds[DMA_SPLIT], strategies[strategy]))
        return;
    printf("%u pages from page %u: ", n, first);
    allocate(DMA_SPLIT, strategy);
    if (!map(first, n, MAP_SHARED))
        refused();
    put_what_it_reads(n);
    end_row();
}

static void privately(unsigned long strategy)
{
    if (!row("private", strategies[strategy]))
        return;
    allocate(DMA_SPLIT, strategy);
    if (!map(0, 4, MAP_PRIVATE))
        refused();
    put_what_it_reads(4);
    write_and_let_the_device_write();
    put_counts();
    end_row();
}

#define MANY 64u

/* Another process: told to go on, it takes what frames are free, and keeps a secret in them until
   it is told to end. */
static void keep_a_secret(int go, int ready)
{
    char byte,
        *own = mmap(NULL, MANY * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap((void *)M, 4 * PAGE);
    own[0] = 0; /* so that no page table need be found among the frames */
    write(ready, "", 1);
    read(go, &byte, 1);
    for (unsigned i = 0; i < MANY; i++)
        own[i * PAGE] = 'S';
    write(ready, "", 1);
    read(go, &byte, 1);
    exit(0);
}

static void freed_while_mapped(unsigned long strategy)
{
    int go[2], ready[2];
    char byte;
    if (!row("freed", strategies[strategy]))
        return;
    allocate(DMA_SPLIT, strategy);
    if (!map(0, 4, MAP_SHARED))
        refused();
    pipe(go);
    pipe(ready);
    if (fork() == 0)
        keep_a_secret(go[0], ready[1]);
    read(ready[0], &byte, 1);
    ioctl(fd, DMA_FREE, NULL);
    write(go[1], "", 1);
    read(ready[0], &byte, 1);
    put_what_it_reads(4);
    write(go[1], "", 1);
    wait(NULL);
    end_row();
}

/* The registers are not RAM. The program reads one; then read() has the kernel write two of them
   for it: 8 bytes, over the device's number, which cannot be written, and the address. */
static void the_registers(void)
{
    if (!row("registers", "remap_pfn"))
        return;
    fd = open("/dev/dma0", O_RDWR);
    int zero = open("/dev/zero", O_RDONLY);
    volatile uint32_t *registers =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, DMA_REGISTERS_OFFSET);
    if (registers == MAP_FAILED)
        refused();
    registers[DMA0_ADDRESS / 4] = 0x1234;
    uint32_t before = registers[DMA0_ADDRESS / 4];
    long got = read(zero, (void *)registers, 8);
    printf("id %08x, address %x, read() %d, address %x", (unsigned)registers[DMA0_ID / 4],
           (unsigned)before, (int)got, (unsigned)registers[DMA0_ADDRESS / 4]);
    end_row();
}

int main(void)
{
    all_four_pages(DMA_RAW, DMA_REMAP_269);
    all_four_pages(DMA_RESERVED, DMA_REMAP_269);
    all_four_pages(DMA_RAW, DMA_REMAP_PFN);
    all_four_pages(DMA_RAW, DMA_INSERT_LOOP);
    all_four_pages(DMA_RAW, DMA_MAP_PAGES);
    all_four_pages(DMA_SPLIT, DMA_INSERT_LOOP);
    all_four_pages(DMA_SPLIT, DMA_MAP_PAGES);
    all_four_pages(DMA_COMP, DMA_INSERT_LOOP);
    all_four_pages(DMA_COMP, DMA_MAP_PAGES);
    all_four_pages(DMA_SPLIT, DMA_FAULT);
    some_pages(DMA_MAP_PAGES, 0, 5);
    some_pages(DMA_MAP_PAGES, 4, 1);
    some_pages(DMA_MAP_PAGES, 1, 3);
    some_pages(DMA_MAP_PAGES_ZERO, 1, 3);
    privately(DMA_INSERT_LOOP);
    privately(DMA_REMAP_PFN);
    freed_while_mapped(DMA_REMAP_PFN);
    freed_while_mapped(DMA_INSERT_LOOP);
    the_registers();
    return 0;
}
