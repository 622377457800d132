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
        printf("%s:%d: %s is %d (%" PRIxPTR "), not %d (%" PRIxPTR ")\n", file, line, what, (int)got, (uintptr_t)got,
               (int)expected, (uintptr_t)expected);
    }
}

int checked(void)
{
    printf("%u checks, %u failed\n", checks_made, checks_failed);
    return checks_failed ? 1 : 0;
}

long raw_call(long number, long a, long b, long c)
{
    return raw_call4(number, a, b, c, 0);
}

long raw_call4(long number, long a, long b, long c, long d)
{
    long result;
#ifdef __x86_64__
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
#else
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
#endif
    return result;
}

#ifdef __x86_64__
long raw_call6(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#endif
