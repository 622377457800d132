#include "check.h"

unsigned checks_made, checks_failed;

void check(bool ok, const char *what, const char *file, int line)
{
    checks_made++;
    if (!ok) {
        checks_failed++;
        printf("%s:%d: not true: %s\n", file, line, what);
    }
}

void check_is(long got, long expected, const char *what, const char *file, int line)
{
    checks_made++;
    if (got != expected) {
        checks_failed++;
        printf("%s:%d: %s is %d (%x), not %d (%x)\n", file, line, what, (int)got, (unsigned)got,
               (int)expected, (unsigned)expected);
    }
}

int checked(void)
{
    printf("%u checks, %u failed\n", checks_made, checks_failed);
    return checks_failed ? 1 : 0;
}

long raw_call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}
