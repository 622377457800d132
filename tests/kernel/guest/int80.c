/* INT 80h from 64-bit code: i386's numbers, and the lower halves of the registers. The trace must tell them by those names. */
#include "check.h"

enum { I386_EXIT = 1, I386_FORK = 2, I386_READ = 3, I386_WAITPID = 7, I386_GETPID = 20 };

static long int80(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

int main(void)
{
    static int status;
    CHECK_IS(int80(I386_READ, 0, (long)&status, 0), 0);
    CHECK_IS(int80(I386_GETPID, 0, 0, 0), getpid());
    CHECK_IS(int80(0x500000000 | I386_GETPID, 0, 0, 0), getpid()); /* the upper half is nobody's */
    long child = int80(I386_FORK, 0, 0, 0);
    if (child == 0)
        int80(I386_EXIT, 42, 0, 0);
    CHECK_IS(int80(I386_WAITPID, child, (long)&status, 0), child);
    CHECK_IS(status, 42 << 8);
    CHECK_IS(int80(1200, 0, 0, 0), -ENOSYS);
    return checked();
}
