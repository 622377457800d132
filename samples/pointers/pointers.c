/* Eight pointers that a program may hand to the kernel, by mistake or on purpose, and what the
   kernel makes of them. For each: the bytes that did NOT arrive, the error a system call would
   return, and what it took (page faults, fixups; software look-ups, kmaps and software faults
   under 4G/4G). */
#include "libc.h"

/* Where the pages are: two to read and write, a hole, and at M + 5000h one that may only be read. */
#define M 0x20000000u
#define PAGE 4096u

enum direction { READ, WRITE }; /* as the kernel sees it: copy_from_user, copy_to_user */

struct pointer_case {
    const char *name;
    enum direction direction;
    uintptr_t pointer;
    uint32_t n;
};

static void *map(uintptr_t address, size_t length, int prot)
{
    return mmap((void *)address, length, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static int make_arena(void)
{
    char *arena = map(M, 2 * PAGE, PROT_READ | PROT_WRITE);
    const volatile char *read_only = map(M + 5 * PAGE, PAGE, PROT_READ);
    if (arena == MAP_FAILED || read_only == MAP_FAILED)
        return -1;
    arena[0] = 'A';
    arena[PAGE] = 'B';
    return *read_only; /* zero; and now the page is present */
}

static void try(const struct pointer_case *c)
{
    struct lab_stat stat;
    void *pointer = (void *)c->pointer;
    long left = c->direction == READ ? lab_peek(pointer, c->n, LAB_COPY)
                                     : lab_poke(pointer, c->n, LAB_COPY);
    lab_stat(&stat);
    printf("%-28s %s %08" PRIxPTR ",%-4x  left %4d of %4u  %-6s  "
           "pf %u fixups %u  softwalks %u kmaps %u misses %u\n",
           c->name, c->direction == READ ? "from" : "to  ", c->pointer, c->n, (int)left, c->n,
           left ? "EFAULT" : "0", (unsigned)stat.last_page_faults, (unsigned)stat.last_fixups,
           (unsigned)stat.last_softwalks, (unsigned)stat.last_kmaps,
           (unsigned)stat.last_soft_faults);
}

int main(void)
{
    struct lab_stat stat;
    if (make_arena() != 0 || lab_stat(&stat) < 0)
        return 1;
    uintptr_t top = stat.task_size;
#ifdef __x86_64__
    uintptr_t kernel = 0xFFFF888000001000u;
#else
    uintptr_t kernel = top == 0xC0000000u ? 0xC0001000u : 0xFF801000u;
#endif
    const struct pointer_case cases[] = {
        {"A01 NULL", READ, 0, 16},
        {"A02 kernel pointer", READ, kernel, 16},
        {"A03 wraps around", READ, (uintptr_t)-16, 32},
        {"A04 crosses TASK_SIZE", READ, top - 8, 16},
        {"A05 ends at TASK_SIZE", READ, top - 16, 16},
        {"A06 runs into a hole", READ, M + 0x1F00, 0x2000},
        {"A07 points into a hole", READ, M + 0x2000, 16},
        {"A08 read-only destination", WRITE, M + 0x5000, 8},
#ifdef __x86_64__
        {"B4  no canonical address", READ, 0x0000800000000000u, 16},
#endif
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
        try(&cases[i]);
    return 0;
}
