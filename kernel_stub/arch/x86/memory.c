/* The memory and string functions C expects. The CPU's string instructions do the work: one
   instruction a block keeps the boot short, and it is what the student sees when a page is
   cleared or copied. */
#include "cpu.h"

void *memcpy(void *to, const void *from, size_t n)
{
    void *d = to;
    size_t words = n / 4;
    __asm__ volatile("rep movsl" : "+D"(d), "+S"(from), "+c"(words) : : "memory");
    n &= 3;
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(n) : : "memory");
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    void *d = to;
    size_t words = n / 4;
    uint32_t four = (uint8_t)byte * 0x01010101u;
    __asm__ volatile("rep stosl" : "+D"(d), "+c"(words) : "a"(four) : "memory");
    n &= 3;
    __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(four) : "memory");
    return to;
}

/* The first byte that is not c, or NULL. */
void *memchr_inv(const void *start, int c, size_t n)
{
    const uint8_t *at = start;
    bool differs;
    if (n == 0)
        return NULL;
    __asm__ volatile("repe scasb" : "+D"(at), "+c"(n), "=@ccne"(differs) : "a"(c) : "memory");
    return differs ? (void *)(at - 1) : NULL;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *p = a, *q = b;
    for (; n > 0; n--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, (size_t)-1);
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n > 0; n--, a++, b++)
        if (*a != *b || *a == 0)
            return (uint8_t)*a - (uint8_t)*b;
    return 0;
}
