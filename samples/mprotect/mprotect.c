/* How does mprotect know that an address is the caller's? Twelve questions on six pages, and after each the
   list of areas (VMAs) as the kernel itself tells it. The step numbers are those of docs/topics/mprotect.md. */
#include "libc.h"

#define PAGE 4096u
#define A 0x20000000u      /* six pages */
#define NOWHERE 0x30000000u
#ifdef __x86_64__
#define KERNEL 0xFFFF888000000000u /* where the kernel begins */
#define TOP 0x7FFFFFFFF000u        /* and where the program ends */
#define KERNEL_NAME "FFFF888000000000"
#define TOP_NAME "7FFFFFFFF000"
#define ROUND "past 2^64"
#else
#define KERNEL 0xC0000000u /* where the kernel begins, if it is in this address space at all */
#define TOP 0xFF000000u    /* in every kernel of these three not the program's */
#define KERNEL_NAME "C0000000"
#define TOP_NAME "FF000000"
#define ROUND "past 4 GB"
#endif
#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

static volatile char *const a = (char *)A;

/* Without arguments of its own, so that each call is what the step says. */
static int protect(uintptr_t address, uintptr_t length, int prot)
{
    return mprotect((void *)address, length, prot) == 0 ? 0 : -errno;
}

static const char *next_line(const char *at)
{
    while (*at && *at != '\n')
        at++;
    return *at ? at + 1 : at;
}

/* The areas that lie in our six pages, by page number, from /proc/self/maps. */
static void tell_areas(void)
{
    static char text[4096];
    int fd = open("/proc/self/maps", O_RDONLY);
    long n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = 0;
    char line[120];
    unsigned length = 0;
    for (const char *at = text; *at; at = next_line(at)) {
        const char *here = at;
        uintptr_t start = hex_number(&here), end = (here++, hex_number(&here));
        if (start < A || start >= A + 6 * PAGE || length > 90)
            continue;
        line[length++] = ' ';
        line[length++] = (char)('0' + (start - A) / PAGE);
        line[length++] = '-';
        line[length++] = (char)('0' + (end - A) / PAGE - 1);
        line[length++] = ':';
        memcpy(line + length, here + 1, 3); /* rwx */
        length += 3;
    }
    line[length] = 0;
    printf("     areas, by page:%s\n", line);
}

static void tell(const char *step, const char *what, int result)
{
    const char *name = result == 0         ? "done"
                       : result == -EINVAL ? "EINVAL"
                       : result == -ENOMEM ? "ENOMEM"
                       : result == -EACCES ? "EACCES"
                       : result == -EFAULT ? "EFAULT"
                                           : "?";
    printf("%-4s %-52s %d %s\n", step, what, result, name);
}

/* The accesses that may fault, each in one instruction whose length is known: the handler goes on behind it. */
static volatile unsigned instruction_bytes, hits;

static void store(uintptr_t address)
{
    instruction_bytes = 3;
    __asm__ volatile("movb $1, (%0)" : : "c"(address) : "memory");
}

static void load(uintptr_t address)
{
    instruction_bytes = 2;
    __asm__ volatile("movb (%0), %%al" : : "c"(address) : "eax", "memory");
}

static void on_segv(int signal, struct siginfo *info, struct ucontext *at)
{
    (void)signal;
    printf("     SIGSEGV: si_code %d (%s), si_addr %08" PRIxPTR ", error code %u\n", info->si_code,
           info->si_code == SEGV_ACCERR ? "the area does not allow it" : "no area", (uintptr_t)info->si_addr,
           (unsigned)at->registers.err);
    hits++;
    at->registers.CONTEXT_IP += instruction_bytes;
}

static void try(const char *step, const char *what, void (*access)(uintptr_t address), uintptr_t address)
{
    printf("%-4s %s\n", step, what);
    hits = 0;
    access(address);
    if (hits == 0)
        printf("     it went through\n");
}

static unsigned minor_faults(void)
{
    struct lab_stat stat;
    lab_stat(&stat);
    return (unsigned)stat.minor_faults;
}

static void rights_of_an_area(void)
{
    a[PAGE] = a[4 * PAGE] = 'x';
    tell_areas();
    tell("m1", "page 1 becomes read-only", protect(A + PAGE, PAGE, PROT_READ));
    tell_areas();
    try("m2", "a store to page 1", store, A + PAGE);
    tell("m3", "page 1 may be written again", protect(A + PAGE, PAGE, RW));
    tell_areas();
    unsigned before = minor_faults();
    a[PAGE] = 'y';
    printf("     the next store to it took %u page fault: the entry stays read-only until then\n",
           minor_faults() - before);
}

static void whose_address(void)
{
    tell("m4", "an address that begins no page", protect(A + 1, PAGE, PROT_READ));
    tell("m5", "an address where nothing is mapped", protect(NOWHERE, PAGE, PROT_READ));
    tell("m6", KERNEL_NAME, protect(KERNEL, PAGE, PROT_READ));
    tell("m6'", TOP_NAME, protect(TOP, PAGE, PROT_READ));
    bool mapped = mmap((void *)KERNEL, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0) != MAP_FAILED;
    tell("m6\"", mapped ? KERNEL_NAME ", after an mmap there, which succeeded"
                        : KERNEL_NAME ", after an mmap there, which was refused",
         protect(KERNEL, PAGE, PROT_READ));
}

static void part_of_a_range(void)
{
    tell("m7", "pages 4, 5 and the hole behind them read-only", protect(A + 4 * PAGE, 3 * PAGE, PROT_READ));
    tell_areas();
    protect(A + 4 * PAGE, 2 * PAGE, RW);
}

/* The program's own file, which may be read. */
static void a_file_that_may_be_read(const char *name)
{
    int fd = open(name, O_RDONLY);
    char *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    tell("m8", "a shared mapping of a file opened for reading: +W", protect((uintptr_t)shared, PAGE, RW));
    tell("m8'", "a private one: +W", protect((uintptr_t)private, PAGE, RW));
    close(fd);
}

static void no_rights_at_all(void)
{
    a[0] = 'w';
    tell("m9", "page 0: no rights", protect(A, PAGE, PROT_NONE));
    long written = write(1, (void *)A, 8);
    tell("", "write(1, page 0, 8): an error, no signal", written < 0 ? -errno : (int)written);
    try("m9'", "a read of page 0", load, A);
    protect(A, PAGE, RW);
}

static void a_page_that_is_not_there(void)
{
    unsigned char before = 9, after = 9;
    mincore((void *)(A + 3 * PAGE), PAGE, &before);
    tell("m10", "page 3, which nobody has touched: read-only", protect(A + 3 * PAGE, PAGE, PROT_READ));
    mincore((void *)(A + 3 * PAGE), PAGE, &after);
    unsigned faults = minor_faults();
    char byte = a[3 * PAGE];
    printf("     in RAM before %u, after %u; then a read took %u page fault and found %u\n", before, after,
           minor_faults() - faults, (unsigned)byte);
}

static void a_page_that_is_on_disk(void)
{
    struct lab_stat before, after;
    if (swapon(64) != 0) {
        printf("m11  there is no disk to swap to\n");
        return;
    }
    a[4 * PAGE] = 'z';
    lab_evict((void *)(A + 4 * PAGE));
    lab_stat(&before);
    tell("m11", "page 4, which is on the swap disk: read-only", protect(A + 4 * PAGE, PAGE, PROT_READ));
    lab_stat(&after);
    printf("     pages read from the disk for that: %u; then page 4 still has '%c'\n",
           (unsigned)(after.pswpin - before.pswpin), a[4 * PAGE]);
}

static void odd_numbers(void)
{
    tell("m12", "a range that goes round " ROUND, protect(A, (uintptr_t)-4096, PROT_READ));
    tell("", "a length that is 0 when rounded up to pages", protect(A, (uintptr_t)-1, PROT_READ));
    tell("", "a right that does not exist (bit 12)", protect(A, PAGE, 0x1000));
    tell("", "length 0, where nothing is mapped", protect(NOWHERE, 0, PROT_READ));
    tell("", "length 0, with that right", protect(A, 0, 0x1000));
}

int main(int argc, char **argv)
{
    (void)argc;
    if (mmap((void *)A, 6 * PAGE, RW, PRIVATE | MAP_FIXED, -1, 0) == MAP_FAILED)
        return 1;
    on_signal(SIGSEGV, on_segv, SA_SIGINFO);
    rights_of_an_area();
    whose_address();
    part_of_a_range();
    a_file_that_may_be_read(argv[0]);
    no_rights_at_all();
    a_page_that_is_not_there();
    a_page_that_is_on_disk();
    odd_numbers();
    return 0;
}
