/* The adversarial user copies, all in one arena that is made anew for each: which case, where, how
   many bytes and in which direction are the arguments' (NAME,r|w,POINTER,N in hexadecimal; a pointer
   from "top" down as t-10). Says what was left and what it took. */
#include "check.h"

static uintptr_t arena;
static volatile unsigned *done; /* shared with the child that keeps a page from being ours alone */

static void *map_file(const char *name, uintptr_t at, unsigned long page, int prot, int flags)
{
    int fd = open(name, prot & PROT_WRITE ? O_RDWR : O_RDONLY);
    void *mapped = mmap((void *)at, PAGE, prot, flags | MAP_FIXED, fd, 0);
    if (page) { /* the offset may be too large for a long: old_mmap's sister takes pages */
        munmap((void *)at, PAGE);
#ifdef __x86_64__
        mapped = mmap((void *)at, PAGE, prot, flags | MAP_FIXED, fd, (long)(page * PAGE));
#else
        struct old_mmap_arguments a = {at, PAGE, (unsigned long)prot, (unsigned long)(flags | MAP_FIXED),
                                       (unsigned long)fd, page * PAGE};
        mapped = (void *)raw_call(SYS_old_mmap, (long)&a, 0, 0);
#endif
    }
    close(fd);
    return mapped;
}

static uint32_t pages_of(const char *name)
{
    int fd = open(name, O_RDONLY);
    long size = lseek(fd, 0, SEEK_END);
    close(fd);
    return ((uintptr_t)size + PAGE - 1) / PAGE;
}

/* +0 and +1000 to read and write, a hole, +3000 never touched, +4000 in swap, +5000 to read only,
   +6000 shared with a child until somebody writes, +7000 without rights, +8000 a file's page that is
   not loaded, +9000 device registers, +A000 and +B000 in two VMAs, +C000 behind the end of a file. */
static int make_arena(const char *self)
{
    map_at(arena + 0x6000, PAGE, READ_WRITE)[0] = 'c';
    *done = 0;
    int pid = fork();
    if (pid == 0) {
        while (!*done)
            sched_yield();
        exit(0);
    }
    char *first = map_at(arena, 2 * PAGE, READ_WRITE);
    first[0] = first[PAGE] = 'a';
    map_at(arena + 0x3000, PAGE, READ_WRITE);
    char *swapped = map_at(arena + 0x4000, PAGE, READ_WRITE);
    char *read_only = map_at(arena + 0x5000, PAGE, READ_WRITE);
    swapped[0] = read_only[0] = 's';
    mprotect(read_only, PAGE, PROT_READ);
    lab_evict(swapped);
    map_at(arena + 0x7000, PAGE, PROT_NONE);
    volatile char *file = map_file(self, arena + 0x8000, pages_of(self) - 2, PROT_READ, MAP_PRIVATE);
    (void)*file;
    lab_evict((char *)file);
    map_file("/dev/mem", arena + 0x9000, 0xFE000, READ_WRITE, MAP_SHARED);
    map_at(arena + 0xA000, PAGE, READ_WRITE)[0] = 'l';
    map_at(arena + 0xB000, PAGE, READ_WRITE | PROT_EXEC)[0] = 'r';
    map_file(self, arena + 0xC000, pages_of(self), PROT_READ, MAP_PRIVATE);
    return pid;
}

static void remove_arena(int pid)
{
    int status;
    *done = 1;
    waitpid(pid, &status, 0);
    munmap((void *)arena, 0xD000);
}

static uintptr_t number(const char **at)
{
    uintptr_t value = 0;
    for (; **at && **at != ','; ++*at)
        value = value << 4 | (uintptr_t)(**at <= '9' ? **at - '0' : **at - 'a' + 10);
    return value;
}

static void run(const char *self, const char *argument)
{
    const char *at = argument;
    while (*at != ',')
        at++;
    bool write = at[1] == 'w';
    at += 3;
    bool from_top = *at == 't';
    at += from_top ? 2 : 0;
    uintptr_t pointer = number(&at);
    if (from_top)
        pointer = (uintptr_t)stat_now().task_size - pointer;
    at++;
    size_t n = number(&at);

    int pid = make_arena(self);
    static char nothing[1];
    lab_peek(nothing, 0, LAB_COPY);
    long left = write ? lab_poke((void *)pointer, n, LAB_COPY) : lab_peek((void *)pointer, n, LAB_COPY);
    struct lab_stat s = stat_now();
    printf("%c%c%c left %x pf %u fixups %u lookups %u kmaps %u misses %u minor %u major %u\n", argument[0],
           argument[1], argument[2], (unsigned)left, (unsigned)s.last_page_faults,
           (unsigned)s.last_fixups, (unsigned)s.last_softwalks, (unsigned)s.last_kmaps,
           (unsigned)s.last_soft_faults, (unsigned)s.last_minor_faults, (unsigned)s.last_major_faults);
    remove_arena(pid);
}

/* After a copy from behind a file's end, under segmented. */
static void on_sigbus(int signal, struct siginfo *info, void *at)
{
    (void)signal;
    (void)at;
    printf("SIGBUS, si_code %d, at arena+%x\n", info->si_code, (unsigned)(info->si_addr - arena));
}

int main(int argc, char **argv)
{
    const char *at = argv[1];
    on_signal(SIGBUS, on_sigbus, SA_SIGINFO);
    arena = number(&at);
    done = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *done = 0;
    swapon(64);
    for (int i = 2; i < argc; i++)
        run(argv[0], argv[i]);
    return 0;
}
