/* /proc/self: the text of maps and smaps, to the column, and the bits of pagemap. */
#include "check.h"

#define M 0x30000000ul

static char text[24000];

static void read_all(const char *name)
{
    int fd = open(name, O_RDONLY);
    unsigned length = 0;
    for (long n = 1; n > 0 && length < sizeof text - 1; length += (unsigned)n) {
        n = read(fd, text + length, 700); /* in pieces, as programs do */
        if (n < 0)
            n = 0;
    }
    text[length] = 0;
    close(fd);
}

static const char *find(const char *in, const char *what)
{
    size_t n = strlen(what);
    for (; *in; in++)
        if (memcmp(in, what, n) == 0)
            return in;
    return NULL;
}

/* Does the text have this line? */
static bool has(const char *line)
{
    const char *at = find(text, line);
    return at && (at == text || at[-1] == '\n') && at[strlen(line)] == '\n';
}

/* Is this the next line of the entry that begins with `area`? */
static bool entry_has(const char *area, const char *line)
{
    const char *at = find(text, area);
    const char *found = at ? find(at, line) : NULL;
    return found && found[-1] == '\n' && found[strlen(line)] == '\n';
}

#define NAME (25 + 6 * (int)sizeof(long)) /* the column */
#define PROGRAM (sizeof(long) == 8 ? "00400000-" : "08048000-")

static void maps(void)
{
    int fd = open("/proc/self/maps", O_RDONLY);
    CHECK_IS(raw_call(SYS_read, fd, 0, 100), -EFAULT);
    close(fd);
    map_at(M, 3 * PAGE, READ_WRITE);
    mprotect((void *)(M + PAGE), PAGE, PROT_NONE);
    mmap((void *)(M + 0x10000), PAGE, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    sbrk(100);
    read_all("/proc/self/maps");
    CHECK(has("30000000-30001000 rw-p 00000000 00:00 0 "));
    CHECK(has("30001000-30002000 ---p 00000000 00:00 0 "));
    CHECK(has("30002000-30003000 rw-p 00000000 00:00 0 "));
    const char *shared = find(text, "30010000-30011000 r-xs 00000000 00:01 ");
    CHECK(shared && memcmp(shared + NAME, "/dev/zero (deleted)\n", 20) == 0);
    const char *program = find(text, PROGRAM), *heap = find(text, "[heap]\n"), *stack = find(text, "[stack]\n");
    CHECK(program == text && memcmp(program + 17, " r-xp 00001000 03:01 1 ", 23) == 0);
    CHECK(program && program[NAME - 1] == ' ' && program[NAME] != ' ');
    CHECK(heap && heap[-NAME - 1] == '\n' && stack && stack[-NAME - 1] == '\n');
    CHECK(stack && stack[8] == 0); /* the last one */
}

static void smaps(void)
{
    char *page = (char *)M;
    page[0] = 1;                                   /* private, dirty */
    (void)*(volatile char *)(M + 2 * PAGE);        /* the page of zeros counts for nobody */
    *(volatile char *)(M + 0x20000) = 0;
    read_all("/proc/self/smaps");
    CHECK(entry_has("30000000-", "Size:                  4 kB"));
    CHECK(entry_has("30000000-", "KernelPageSize:        4 kB"));
    CHECK(entry_has("30000000-", "MMUPageSize:           4 kB"));
    CHECK(entry_has("30000000-", "Rss:                   4 kB"));
    CHECK(entry_has("30000000-", "Pss:                   4 kB"));
    CHECK(entry_has("30000000-", "Shared_Clean:          0 kB"));
    CHECK(entry_has("30000000-", "Private_Dirty:         4 kB"));
    CHECK(entry_has("30000000-", "Anonymous:             4 kB"));
    CHECK(entry_has("30000000-", "VmFlags: rd wr mr mw me sd "));
    CHECK(entry_has("30002000-", "Rss:                   0 kB"));
    CHECK(entry_has("30020000-", "Size:                 16 kB"));
    int status, pid = fork();
    if (pid == 0) { /* two have it now: half a page each */
        read_all("/proc/self/smaps");
        bool ok = entry_has("30000000-", "Pss:                   2 kB") &&
                  entry_has("30000000-", "Shared_Dirty:          4 kB") &&
                  entry_has("30000000-", "Private_Dirty:         0 kB");
        exit(ok ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
}

static uint32_t pagemap_high(uint32_t address)
{
    uint64_t entry = 0;
    int fd = open("/proc/self/pagemap", O_RDONLY);
    lseek(fd, (long)(address / PAGE * 8), SEEK_SET);
    CHECK_IS(read(fd, &entry, 8), 8);
    close(fd);
    return (uintptr_t)(entry >> 32);
}

#define PRESENT 0x80000000u
#define FILE_OR_SHARED 0x20000000u
#define EXCLUSIVE 0x01000000u
#define SOFT_DIRTY 0x00800000u

/* Everything counts as written until somebody asks from now on; then the first write of each page is
   noticed, by one fault, and others cost nothing. */
static void soft_dirty(void)
{
    char *pages = map_at(M, 4 * PAGE, READ_WRITE);
    volatile char *shared = mmap((void *)(M + 0x10000), PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    pages[0] = pages[PAGE] = pages[2 * PAGE] = shared[0] = 1;
    CHECK_IS(pagemap_high(M), PRESENT | EXCLUSIVE | SOFT_DIRTY);
    CHECK_IS(pagemap_high(M + 3 * PAGE), SOFT_DIRTY);
    CHECK_IS(pagemap_high(M - PAGE), 0);
    int fd = open("/proc/self/clear_refs", O_WRONLY);
    CHECK_IS(write(fd, "9", 1), -1);
    CHECK_IS(write(fd, "4\n", 2), 2);
    CHECK_IS(pagemap_high(M), PRESENT | EXCLUSIVE);
    CHECK_IS(pagemap_high(M + 0x10000), PRESENT | EXCLUSIVE | FILE_OR_SHARED);
    char byte = pages[0];
    CHECK_IS(pagemap_high(M), PRESENT | EXCLUSIVE); /* to read is not to write */
    uint32_t faults = (uintptr_t)stat_now().minor_faults;
    pages[PAGE] = byte;
    pages[PAGE + 1] = byte;
    shared[0] = 2;
    CHECK_IS(stat_now().minor_faults, faults + 2);
    CHECK_IS(pagemap_high(M + PAGE), PRESENT | EXCLUSIVE | SOFT_DIRTY);
    CHECK_IS(pagemap_high(M + 0x10000), PRESENT | EXCLUSIVE | FILE_OR_SHARED | SOFT_DIRTY);
    CHECK_IS(pagemap_high(M + 2 * PAGE), PRESENT | EXCLUSIVE);
    lab_peek(pages, 1, LAB_COPY);
    lab_poke(pages + 2 * PAGE, 1, LAB_COPY); /* the kernel's writes too */
    CHECK_IS(pagemap_high(M + 2 * PAGE), PRESENT | EXCLUSIVE | SOFT_DIRTY);
    CHECK_IS(pagemap_high(M), PRESENT | EXCLUSIVE);
    mprotect(pages, PAGE, PROT_READ);
    mprotect(pages, PAGE, READ_WRITE);
    CHECK_IS(pagemap_high(M), PRESENT | EXCLUSIVE);
    close(fd);
}

int main(void)
{
    map_at(M + 0x20000, 4 * PAGE, READ_WRITE);
    maps();
    smaps();
    soft_dirty();
    return checked();
}
