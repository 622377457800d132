/* The questions that tests/data/linux/probe32.txt and probe64.txt have a real Linux's answers to, asked of this kernel in the same order and printed
   in the same words. test_probe.py compares, and knows the differences and their reasons. */
#include "check.h"

static void row(const char *name, long result)
{
    if (result == -1)
        printf("%-62s -> -1 %s\n", name, errno_name(errno));
    else if (result > 65536 || result < 0)
        printf("%-62s -> addr\n", name);
    else
        printf("%-62s -> %d\n", name, (int)result);
}
#define ASK(name, expression)                                                                      \
    do {                                                                                           \
        errno = 0;                                                                                 \
        row(name, (long)(expression));                                                             \
    } while (0)

static char *base;
#ifdef __x86_64__
#define KERNEL ((char *)0xFFFFFFFF81000000)
#define TOP ((char *)0x0000900000000000) /* not canonical */
#else
#define KERNEL ((char *)0xFFFFF000u)
#define TOP ((char *)0xFFFFE000u)
#endif

static char *map(char *address, unsigned pages, int prot)
{
    return mmap(address, pages * PAGE, prot, FIXED, -1, 0);
}

/* A hole of so many pages, with neighbours. */
static char *fresh(unsigned pages)
{
    char *p = mmap(NULL, (pages + 2) * PAGE, PROT_NONE, ANYWHERE, -1, 0);
    munmap(p + PAGE, pages * PAGE);
    return p + PAGE;
}

static int failed(long result) /* as the C library has it */
{
    if ((unsigned long)result < (unsigned long)-4095)
        return (int)result;
    errno = (int)-result;
    return -1;
}

/* Accesses of one instruction each, of known length, behind which the handler goes on. */
static volatile unsigned instruction_bytes;
static volatile int hit, hit_code;
static volatile char *hit_at;

static void on_fault(int signal, struct siginfo *info, struct ucontext *at)
{
    hit = signal;
    hit_code = info->si_code;
    hit_at = (char *)info->si_addr;
    at->registers.CONTEXT_IP += instruction_bytes;
#ifdef __x86_64__
    if (instruction_bytes == 0) { /* a call that did not arrive: return from it */
        at->registers.rip = *(unsigned long *)at->registers.rsp;
        at->registers.rsp += 8;
    }
#endif
}

#ifdef __x86_64__
static bool jump;
#endif

static void fault_row(const char *name, volatile char *address, bool write)
{
    hit = 0;
    instruction_bytes = write ? 3 : 2;
#ifdef __x86_64__
    if (jump) {
        instruction_bytes = 0;
        ((void (*)(void))address)();
    } else
#endif
        if (write)
        __asm__ volatile("movb $1, (%0)" : : "c"(address) : "memory");
    else
        __asm__ volatile("movb (%0), %%al" : : "c"(address) : "eax", "memory");
    if (!hit) {
        printf("%-62s -> ok\n", name);
        return;
    }
    const char *code = hit_code == 1   ? (hit == SIGSEGV ? "MAPERR" : "ADRALN")
                       : hit_code == 2 ? (hit == SIGSEGV ? "ACCERR" : "ADRERR")
                                       : "";
    printf("%-62s -> %s code=%d %s off=%d\n", name, hit == SIGSEGV ? "SIGSEGV" : "SIGBUS", hit_code, code,
           (int)(hit_at - base));
}

/* The areas in so many pages from `at` on, from /proc/self/maps. */
static void maps_row(const char *name, char *at, unsigned pages)
{
    static char text[8192];
    int fd = open("/proc/self/maps", O_RDONLY);
    long length = 0, n;
    while ((n = read(fd, text + length, sizeof text - 1 - (size_t)length)) > 0)
        length += n;
    close(fd);
    text[length] = 0;
    printf("%-62s -> ", name);
    unsigned found = 0;
    for (const char *line = text; *line; line++) {
        uintptr_t start = hex_number(&line), end = (line++, hex_number(&line));
        char rights[5] = {0};
        memcpy(rights, line + 1, 4);
        while (*line != '\n')
            line++;
        if (end <= (uintptr_t)at || start >= (uintptr_t)at + pages * PAGE)
            continue;
        printf("%s[%d..%d) %s", found++ ? ", " : "", (int)(start - (uintptr_t)at) / (int)PAGE,
               (int)(end - (uintptr_t)at) / (int)PAGE, rights);
    }
    printf("%s\n", found ? "" : "(none)");
}

static int fds[2], file;
static char big[16384];

static void pointers(void)
{
    printf("## user-pointer checks\n");
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
    ASK("write(pipe, NULL, 1)", write(fds[1], NULL, 1));
    ASK("write(pipe, NULL, 0)", write(fds[1], NULL, 0));
    ASK("write(pipe, kernel address, 8)", write(fds[1], KERNEL, 8));
    ASK("write(pipe, kernel address, 0)", write(fds[1], KERNEL, 0));
    ASK("write(pipe, non-canonical / top, 8)", write(fds[1], TOP, 8));
    ASK("write(/dev/null, kernel address, 8)", write(null, KERNEL, 8));
    ASK("read(zero, kernel address, 8)", read(zero, KERNEL, 8));
    base = fresh(4);
    map(base, 1, READ_WRITE);
    memset(base, 'a', PAGE);
    ASK("write(pipe, last 10 bytes before a hole, 20) straddling", write(fds[1], base + PAGE - 10, 20));
    ASK("write(memfd, last 10 bytes before a hole, 20) straddling", write(file, base + PAGE - 10, 20));
    ASK("  file size", lseek(file, 0, SEEK_END));
    ASK("read(zero, last 10 bytes before a hole, 20) straddling", read(zero, base + PAGE - 10, 20));
    write(fds[1], big, 20);
    ASK("read(pipe 20 bytes, last 10 bytes before a hole, 20)", read(fds[0], base + PAGE - 10, 20));
    ASK("  bytes left in the pipe", read(fds[0], big, 64));
    mprotect(base, PAGE, PROT_READ);
    ASK("read(zero, read-only page, 16)", read(zero, base, 16));
    ASK("write(pipe, read-only page, 16)", write(fds[1], base, 16));
    read(fds[0], big, 64);
    mprotect(base, PAGE, PROT_NONE);
    ASK("write(pipe, PROT_NONE page, 16)", write(fds[1], base, 16));
    mprotect(base, PAGE, READ_WRITE);
    memset(base, 'a', PAGE);
    ASK("open(NULL)", open(NULL, O_RDONLY));
    ASK("open(kernel address)", open(KERNEL, O_RDONLY));
    ASK("open(string without NUL up to a hole, 10 bytes)", open(base + PAGE - 10, O_RDONLY));
    memcpy(base + PAGE - 10, "/dev/null", 10);
    ASK("open(string whose NUL is the last byte before a hole)", open(base + PAGE - 10, O_RDONLY) >= 0 ? 0 : -1);
    map(base, 2, READ_WRITE);
    memset(base, 'a', 2 * PAGE);
    ASK("open(4096+ bytes, no NUL)", open(base, O_RDONLY));
    base[4095] = 0;
    ASK("open(4095 characters + NUL)", open(base, O_RDONLY));
    ASK("pipe(kernel address)", failed(raw_call(SYS_pipe, (long)KERNEL, 0, 0)));
    ASK("nanosleep(bad pointer)", failed(raw_call(SYS_nanosleep, 8, 0, 0)));
    /* Of the kernel itself: the library's sigaction() reads the action before it calls. */
    ASK("sigaction(act=kernel addr)",
        failed(raw_call4(SYS_rt_sigaction, SIGUSR1, (long)KERNEL, 0, sizeof(sigset_t))));
}

static void mappings(const char *self)
{
    printf("## mmap\n");
    base = fresh(8);
    ASK("mmap len 0", mmap(NULL, 0, PROT_READ, ANYWHERE, -1, 0));
    ASK("mmap fixed unaligned", mmap(base + 1, PAGE, PROT_READ, FIXED, -1, 0));
    ASK("mmap no SHARED/PRIVATE", mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
    ASK("mmap fixed above the user top", mmap(KERNEL, PAGE, PROT_READ, FIXED, -1, 0));
    ASK("mmap huge length", mmap(NULL, (size_t)-PAGE, PROT_READ, ANYWHERE, -1, 0));
    ASK("mmap length wraps to 0 when rounded", mmap(NULL, (size_t)-1, PROT_READ, ANYWHERE, -1, 0));
    ASK("mmap bad fd", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0));
#ifdef __x86_64__
    ASK("mmap unaligned file offset", failed(raw_call6(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, file, 1)));
#else
    ASK("mmap unaligned file offset", failed(raw_call(SYS_old_mmap, 0, PAGE, PROT_READ)));
#endif
    int ro = open(self, O_RDONLY), wo = open("/dev/null", O_WRONLY);
    ASK("mmap SHARED+WRITE of read-only fd", mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, ro, 0));
    ASK("mmap PRIVATE+WRITE of read-only fd", mmap(NULL, PAGE, PROT_WRITE, MAP_PRIVATE, ro, 0) == MAP_FAILED ? -1 : 0);
    ASK("mmap of a write-only fd", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, wo, 0));
    ASK("mmap a pipe", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fds[0], 0));
    ASK("mmap hint unaligned (no FIXED): rounded down & used", mmap(base + 5, PAGE, PROT_READ, ANYWHERE, -1, 0) == base);
    ASK("mmap FIXED_NOREPLACE over it", mmap(base, PAGE, PROT_READ, ANYWHERE | MAP_FIXED_NOREPLACE, -1, 0));
    ASK("mmap FIXED over it", map(base, 1, PROT_READ) == base ? 0 : -1);
    ASK("mmap FIXED at 0 (as root)", map(NULL, 1, PROT_READ) == NULL ? 0 : -1);
    munmap(base, 8 * PAGE);
    map(base, 2, READ_WRITE);
    map(base + 2 * PAGE, 2, READ_WRITE);
    maps_row("two adjacent 2-page anonymous RW maps", base, 8);
    map(base + 4 * PAGE, 1, PROT_READ);
    maps_row("plus an adjacent R page", base, 8);
    munmap(base + PAGE, PAGE);
    maps_row("after munmap of page 1", base, 8);
    map(base, 8, READ_WRITE);
    maps_row("mmap FIXED 8 pages RW over all", base, 8);
    mprotect(base + 2 * PAGE, 2 * PAGE, PROT_READ);
    maps_row("mprotect pages 2..3 to R", base, 8);
    mprotect(base + 2 * PAGE, 2 * PAGE, READ_WRITE);
    maps_row("mprotect back to RW", base, 8);
    mprotect(base + 2 * PAGE, PAGE, PROT_NONE);
    maps_row("mprotect page 2 NONE", base, 8);
    munmap(base, 8 * PAGE);
    close(wo);
}

static void protections(const char *self)
{
    printf("## mprotect\n");
    int ro = open(self, O_RDONLY);
    map(base, 2, READ_WRITE);
    map(base + 3 * PAGE, 1, READ_WRITE);
    ASK("mprotect 4 pages RO across a hole at page 2", mprotect(base, 4 * PAGE, PROT_READ));
    maps_row("  afterwards", base, 8);
    ASK("mprotect unaligned", mprotect(base + 1, PAGE, PROT_READ));
    ASK("mprotect len 0", mprotect(base, 0, PROT_READ));
    ASK("mprotect len 0 on unmapped", mprotect(base + 6 * PAGE, 0, PROT_READ));
    ASK("mprotect unmapped", mprotect(base + 6 * PAGE, PAGE, PROT_READ));
    ASK("mprotect len not multiple (1)", mprotect(base, 1, PROT_READ));
    ASK("mprotect addr+len wraps", mprotect(base, (size_t)-PAGE, PROT_READ));
    ASK("mprotect bad prot bits 0x80", mprotect(base, PAGE, 0x80));
    char *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0), *own = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, ro, 0);
    ASK("mprotect +W on shared map of read-only fd", mprotect(shared, PAGE, READ_WRITE));
    ASK("mprotect +W on private map of read-only fd", mprotect(own, PAGE, READ_WRITE));
    ASK("mprotect kernel address", mprotect(KERNEL, PAGE, PROT_READ));
}

static void faults(void)
{
    printf("## faults (code, offset from base)\n");
    munmap(base, 8 * PAGE);
    map(base, 1, PROT_NONE);
    map(base + PAGE, 1, PROT_READ);
    map(base + 2 * PAGE, 1, PROT_WRITE);
    map(base + 3 * PAGE, 1, PROT_EXEC);
    ftruncate(file, 100);
    mmap(base + 4 * PAGE, 2 * PAGE, READ_WRITE, MAP_SHARED | MAP_FIXED, file, 0);
    fault_row("read PROT_NONE", base, false);
    fault_row("write PROT_NONE", base, true);
    fault_row("write PROT_READ", base + PAGE + 5, true);
    fault_row("read PROT_READ", base + PAGE + 5, false);
    fault_row("read PROT_WRITE-only", base + 2 * PAGE, false);
    fault_row("write PROT_WRITE-only", base + 2 * PAGE, true);
    fault_row("read PROT_EXEC-only", base + 3 * PAGE, false);
    fault_row("write PROT_EXEC-only", base + 3 * PAGE, true);
    fault_row("read unmapped", base + 6 * PAGE + 7, false);
    fault_row("read file page, past EOF, same page", base + 4 * PAGE + 200, false);
    ASK("  value there", base[4 * PAGE + 200]);
    fault_row("read whole page past EOF", base + 5 * PAGE, false);
    base = KERNEL;
    fault_row("read kernel address", KERNEL, false);
    base = NULL;
    fault_row("read non-canonical", TOP, false);
#ifdef __x86_64__
    base = fresh(1);
    map(base, 1, READ_WRITE);
    jump = true;
    fault_row("jump to an NX page", base, false);
    jump = false;
#endif
}

static char *brk_at(const void *wish)
{
    return (char *)raw_call(SYS_brk, (long)wish, 0, 0);
}

static void unmapping(void)
{
    printf("## munmap / brk\n");
    base = fresh(4);
    ASK("munmap never-mapped range", munmap(base, PAGE));
    ASK("munmap len 0", munmap(base, 0));
    ASK("munmap unaligned", munmap(base + 1, PAGE));
    ASK("munmap above top", munmap(KERNEL, PAGE));
    map(base, 3, READ_WRITE);
    ASK("munmap middle with len 1", munmap(base + PAGE, 1));
    maps_row("  afterwards", base, 4);
    char *old = brk_at(NULL);
    ASK("brk(0)==brk(0)", brk_at(NULL) == old);
    ASK("brk(+1) returns the exact unaligned value", brk_at(old + 1) == old + 1);
    base = old;
    fault_row("write at old break", old, true);
    ASK("brk(below start of heap) returns current break", brk_at((void *)4096) == old + 1);
    ASK("brk(kernel addr) returns current break", brk_at(KERNEL) == old + 1);
    char *aligned = (char *)(((uintptr_t)old + 2 * PAGE) & ~(PAGE - 1));
    map(aligned + 4 * PAGE, 1, READ_WRITE);
    ASK("brk through an existing mapping returns current break", brk_at(aligned + 8 * PAGE) == old + 1);
    ASK("brk to the page just under it (no guard gap)", brk_at(aligned + 4 * PAGE) == aligned + 4 * PAGE);
    ASK("brk back", brk_at(old) == old);
}

int main(int argc, char **argv)
{
    (void)argc;
    on_signal(SIGSEGV, on_fault, SA_SIGINFO);
    on_signal(SIGBUS, on_fault, SA_SIGINFO);
    pipe(fds);
    file = memfd_create("t", 0);
    pointers();
    mappings(argv[0]);
    protections(argv[0]);
    faults();
    unmapping();
    return 0;
}
