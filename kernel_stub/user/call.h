/* How the library calls the kernel. On i386: INT 80h with the number in EAX and up to six arguments in
   EBX, ECX, EDX, ESI, EDI, EBP. On x86-64: SYSCALL, RAX, and RDI, RSI, RDX, R10, R8, R9; the CPU itself
   uses RCX and R11. */
#ifndef USER_CALL_H
#define USER_CALL_H

#include "libc.h"
#include "numbers.h"

#ifdef __x86_64__
static inline long system_call_full(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static inline long system_call5(long number, long a, long b, long c, long d, long e)
{
    return system_call_full(number, a, b, c, d, e, 0);
}

static inline long system_call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}
#else
static inline long system_call5(long number, long a, long b, long c, long d, long e)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "memory");
    return result;
}

static inline long system_call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c)
                     : "memory");
    return result;
}

#endif

/* The kernel's last page of numbers are errors. */
static inline long checked(long result)
{
    if ((unsigned long)result < (unsigned long)-4095)
        return result;
    errno = (int)-result;
    return -1;
}

#endif
