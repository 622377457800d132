/* mmap, munmap, brk, the stack: the list of VMAs, the pages behind it, and that every frame
   comes back. */
#include "check.h"

#define M 0x30000000ul

static unsigned vmas(void)
{
    return (unsigned)stat_now().vmas;
}

static long map(uintptr_t address, size_t length, int prot, int flags)
{
    void *at = mmap((void *)address, length, prot, flags, -1, 0);
    return at == MAP_FAILED ? -errno : (long)at;
}

static void refusals(void)
{
    uintptr_t top = stat_now().task_size;
    unsigned before = vmas();
    CHECK_IS(map(0, 0, READ_WRITE, ANYWHERE), -EINVAL);
    CHECK_IS(map(0, PAGE, READ_WRITE, MAP_ANONYMOUS), -EINVAL);
    CHECK_IS(map(0, PAGE, READ_WRITE, MAP_PRIVATE), -EBADF);
    CHECK_IS(map(M + 1, PAGE, READ_WRITE, FIXED), -EINVAL);
    CHECK_IS(map(0, PAGE, READ_WRITE, FIXED), -EPERM);
    CHECK_IS(map(top, PAGE, READ_WRITE, FIXED), -ENOMEM);
    CHECK_IS(map(top - PAGE, 2 * PAGE, READ_WRITE, FIXED), -ENOMEM);
    CHECK_IS(map(0, (size_t)-1, READ_WRITE, ANYWHERE), -ENOMEM);
    CHECK_IS(map(0, top, READ_WRITE, ANYWHERE), -ENOMEM);
    CHECK_IS(raw_call(SYS_munmap, M + 1, PAGE, 0), -EINVAL);
    CHECK_IS(raw_call(SYS_munmap, M, 0, 0), -EINVAL);
    CHECK_IS(raw_call(SYS_munmap, M, top, 0), -EINVAL);
    CHECK_IS(munmap((void *)M, PAGE), 0); /* nothing there: no error */
    CHECK_IS(vmas(), before);
}

static void places(void)
{
#ifdef __x86_64__ /* from below the stack's 128 MB down */
    uintptr_t top = stat_now().task_size - 0x8000000;
    CHECK_IS(map(0, PAGE, READ_WRITE, ANYWHERE), (long)(top - PAGE));
    CHECK_IS(map(0, PAGE, PROT_READ, ANYWHERE), (long)(top - 2 * PAGE));
    CHECK_IS(map(M, PAGE, PROT_READ, ANYWHERE), (long)M);                      /* a hint that is free */
    CHECK_IS(map(M, PAGE, READ_WRITE, ANYWHERE), (long)(top - 3 * PAGE));      /* and one that is not */
    CHECK_IS(munmap((void *)(top - 2 * PAGE), PAGE), 0);
    CHECK_IS(map(0, 2 * PAGE, READ_WRITE, ANYWHERE), (long)(top - 5 * PAGE));  /* the gap is too small */
    CHECK_IS(map(0, PAGE, READ_WRITE, ANYWHERE), (long)(top - 2 * PAGE));      /* and now it is not */
    CHECK_IS(munmap((void *)(top - 5 * PAGE), 5 * PAGE), 0);
#else
    uintptr_t base = (stat_now().task_size / 3) & ~(PAGE - 1);
    CHECK_IS(map(0, PAGE, READ_WRITE, ANYWHERE), (long)base);
    CHECK_IS(map(0, PAGE, PROT_READ, ANYWHERE), (long)(base + PAGE));
    CHECK_IS(map(M, PAGE, PROT_READ, ANYWHERE), (long)M);           /* a hint that is free */
    CHECK_IS(map(M, PAGE, READ_WRITE, ANYWHERE), (long)(base + 2 * PAGE)); /* and one that is not */
    CHECK_IS(munmap((void *)base, 3 * PAGE), 0);
#endif
    CHECK_IS(munmap((void *)M, PAGE), 0);
}

static void splitting_and_merging(void)
{
    unsigned before = vmas();
    char *six = map_at(M, 6 * PAGE, READ_WRITE);
    CHECK_IS(vmas(), before + 1);
    for (unsigned i = 0; i < 6; i++)
        six[i * PAGE] = (char)(i + 1);
    munmap(six + 2 * PAGE, PAGE);
    CHECK_IS(vmas(), before + 2);
    CHECK(six[PAGE] == 2 && six[3 * PAGE] == 4);
    map_at(M + 2 * PAGE, PAGE, READ_WRITE); /* fills the gap: one again */
    CHECK_IS(vmas(), before + 1);
    CHECK_IS(six[2 * PAGE], 0); /* but a new page */
    CHECK(six[PAGE] == 2 && six[3 * PAGE] == 4);
    map_at(M + 2 * PAGE, 2 * PAGE, PROT_READ); /* MAP_FIXED takes away what was there */
    CHECK_IS(vmas(), before + 3);
    CHECK(six[3 * PAGE] == 0 && six[4 * PAGE] == 5);
    munmap((void *)(M - PAGE), 8 * PAGE);
    CHECK_IS(vmas(), before);
}

static void no_frame_is_lost(void)
{
    map_at(M, PAGE, READ_WRITE)[0] = 1; /* the page table stays */
    munmap((void *)M, PAGE);
    uint32_t resident = stat_now().resident, before = stat_now().frames_free;
    for (unsigned round = 0; round < 3; round++) {
        char *at = map_at(M, 64 * PAGE, READ_WRITE);
        for (unsigned i = 0; i < 64; i++) {
            CHECK_IS(at[i * PAGE + 5], 0); /* a frame that comes again is clean */
            at[i * PAGE + 5] = 1;
        }
        CHECK_IS(stat_now().resident, resident + 64);
        CHECK_IS(stat_now().frames_free, before - 64);
        munmap(at, 64 * PAGE);
        CHECK_IS(stat_now().resident, resident);
        CHECK_IS(stat_now().frames_free, before);
    }
}

static void only_what_is_touched_is_there(void)
{
    struct lab_stat before = stat_now();
    volatile char *at = map_at(M, 1024 * PAGE, READ_WRITE);
    CHECK_IS(stat_now().resident, before.resident);
    (void)at[PAGE]; /* the page of zeros: no frame but the page table's */
    CHECK_IS(stat_now().resident, before.resident + 1);
    at[PAGE] = 1; /* copied now */
    at[PAGE + 1] = 1;
    struct lab_stat after = stat_now();
    CHECK_IS(after.resident, before.resident + 1);
    CHECK_IS(after.minor_faults, before.minor_faults + 2);
    munmap((void *)at, 1024 * PAGE);
}

static void the_limit_of_vmas(void)
{
    unsigned before = vmas(), made = 0;
    while (made < 100 && map(M + made * 2 * PAGE, PAGE, READ_WRITE, FIXED) > 0)
        made++;
    CHECK_IS(errno, ENOMEM);
    CHECK_IS(before + made, 64);
    CHECK(map(M + PAGE, PAGE, READ_WRITE, FIXED) > 0); /* joins two: even at the limit */
    CHECK_IS(vmas(), 63);
    munmap((void *)M, 200 * PAGE);
    CHECK_IS(vmas(), before);
}

static void heap(void)
{
    unsigned before = vmas();
    char *start = sbrk(0);
    CHECK(sbrk(10) == start);
    CHECK_IS(vmas(), before + 1);
    start[9] = 1;
    start[PAGE - 1] = 2;
    CHECK(sbrk(2 * PAGE) == start + 10);
    CHECK_IS(vmas(), before + 1);
    start[2 * PAGE] = 3;
    CHECK_IS(brk(start + PAGE), 0);
    CHECK_IS(start[9], 1);
    CHECK_IS(brk(start + 3 * PAGE), 0);
    CHECK_IS(start[2 * PAGE], 0);
    CHECK_IS(brk(start), 0);
    CHECK_IS(vmas(), before);
    CHECK_IS(brk((void *)-PAGE), -1);
    CHECK(raw_call(SYS_brk, 0x1000, 0, 0) == (long)start);
    map_at((uintptr_t)start + 4 * PAGE, PAGE, READ_WRITE); /* something in the way */
    CHECK_IS(brk(start + 5 * PAGE), -1);
    munmap(start + 4 * PAGE, PAGE);
}

/* The stack grows for an access near ESP, by one page; the kernel, copying to it, need not be
   near. */
static void stack(void)
{
    struct lab_stat before = stat_now();
    volatile char here[5 * PAGE];
    here[0] = 1;
    CHECK_IS(stat_now().vmas, before.vmas);
    CHECK_IS(here[0], 1);
    char *far = (char *)&before - 64 * PAGE;
    CHECK_IS(raw_call(SYS_lab_stat, (long)far, 16, 0), 16);
    CHECK_IS(stat_now().vmas, before.vmas);
    CHECK_IS(((struct lab_stat *)far)->size, sizeof(struct lab_stat));
}

#ifndef __x86_64__
/* The six arguments come from memory: an EFAULT of their own. */
static void old_mmap(void)
{
    struct old_mmap_arguments a = {M, PAGE, READ_WRITE, FIXED, (unsigned long)-1, 0};
    CHECK_IS(raw_call(SYS_old_mmap, (long)&a, 0, 0), (long)M);
    *(char *)M = 1;
    a.offset = 5;
    CHECK_IS(raw_call(SYS_old_mmap, (long)&a, 0, 0), -EINVAL);
    CHECK_IS(raw_call(SYS_old_mmap, 0, 0, 0), -EFAULT);
    CHECK_IS(raw_call(SYS_old_mmap, (long)(M + PAGE - 8), 0, 0), -EFAULT);
    munmap((void *)M, PAGE);
}
#endif

static void shared(void)
{
    volatile char *at = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK_IS(at[0], 0);
    at[0] = 4;
    CHECK_IS(at[0], 4);
    munmap((void *)at, PAGE);
}

int main(void)
{
    refusals();
    places();
    splitting_and_merging();
    no_frame_is_lost();
    only_what_is_touched_is_there();
    the_limit_of_vmas();
    heap();
    stack();
#ifndef __x86_64__
    old_mmap();
#endif
    shared();
    return checked();
}
