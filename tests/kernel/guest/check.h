/* What a guest test needs: CHECK prints what was not true, checked() the sum; the runner reads
   the last line. */
#ifndef GUEST_CHECK_H
#define GUEST_CHECK_H

#include "libc.h"
#include "numbers.h"

extern unsigned checks_made, checks_failed;
void check(bool ok, const char *what, const char *file, int line);
int checked(void); /* exit status */

#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
#define CHECK_IS(got, expected) check_is((long)(got), (long)(expected), #got, __FILE__, __LINE__)
void check_is(long got, long expected, const char *what, const char *file, int line);

/* Any system call, and the kernel's own answer. */
long raw_call(long number, long a, long b, long c);
long raw_call4(long number, long a, long b, long c, long d);
#ifdef __x86_64__
long raw_call6(long number, long a, long b, long c, long d, long e, long f);
#endif

#define PAGE 4096ul
#define FIXED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define ANYWHERE (MAP_PRIVATE | MAP_ANONYMOUS)
#define READ_WRITE (PROT_READ | PROT_WRITE)

static inline char *map_at(uintptr_t address, size_t length, int prot)
{
    return mmap((void *)address, length, prot, FIXED, -1, 0);
}

static inline struct lab_stat stat_now(void)
{
    struct lab_stat stat;
    lab_stat(&stat);
    return stat;
}

#endif
