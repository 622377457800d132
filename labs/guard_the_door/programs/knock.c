/* Knocks once at the door: knock CALL WHAT POINTER N ARENA LIMIT, all hexadecimal. First it makes the pages that the lab's
   cases are about, from ARENA up:
     +0000 +1000  two pages, touched          +3000  never touched      +5000  read-only, touched
     +2000        nothing                     +7000  no rights at all   +a000 +b000  touched, two mappings
   and one page that ends at LIMIT. Then one system call; what it returned is its exit status's business no more: the test
   reads it from the story. */
#include "abi/door.h"
#include "libc.h"

#define PAGE 4096ul

static unsigned long number(const char *text)
{
    return hex_number(&text);
}

static unsigned char *map(unsigned long at, unsigned long pages, int prot)
{
    void *got = mmap((void *)at, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return got == (void *)at ? got : NULL;
}

/* Every byte tells its place: a byte copied from elsewhere is seen. */
static void fill(unsigned char *page, unsigned long bytes)
{
    for (unsigned long i = 0; i < bytes; i++)
        page[i] = (unsigned char)((unsigned long)(page + i) * 7 + ((unsigned long)(page + i) >> 12) + 1);
}

static bool make_pages(unsigned long arena, unsigned long limit)
{
    const int read_write = PROT_READ | PROT_WRITE;
    unsigned char *first = map(arena, 2, read_write);
    unsigned char *untouched = map(arena + 3 * PAGE, 1, read_write);
    unsigned char *read_only = map(arena + 5 * PAGE, 1, PROT_READ);
    unsigned char *forbidden = map(arena + 7 * PAGE, 1, PROT_NONE);
    unsigned char *a = map(arena + 10 * PAGE, 1, read_write);
    unsigned char *b = map(arena + 11 * PAGE, 1, read_write);
    unsigned char *last = map(limit - PAGE, 1, read_write);
    if (!first || !untouched || !read_only || !forbidden || !a || !b || !last)
        return false;
    fill(first, 2 * PAGE);
    fill(a, PAGE);
    fill(b, PAGE);
    fill(last, PAGE);
    return *(volatile unsigned char *)read_only == 0;
}

static long system_call(long call, long what, long pointer, long n)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(call), "b"(what), "c"(pointer), "d"(n)
                     : "memory");
    return result;
}

int main(int argc, char **argv)
{
    if (argc != 7 || !make_pages(number(argv[5]), number(argv[6])))
        return 1;
    system_call((long)number(argv[1]), (long)number(argv[2]), (long)number(argv[3]),
                (long)number(argv[4]));
    return 0;
}
