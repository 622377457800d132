/* The system calls: INT 80h with the number in EAX and up to six arguments in EBX, ECX, EDX,
   ESI, EDI, EBP. */
#include "abi/syscalls.h"

#include "libc.h"

#define NUMBER(number, number64, name, arguments) SYS_##name = number,
enum { RINGSIDE_SYSCALLS(NUMBER) };

int errno;

static long system_call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c)
                     : "memory");
    return result;
}

/* The kernel's last page of numbers are errors. */
static long checked(long result)
{
    if ((unsigned long)result < (unsigned long)-4095)
        return result;
    errno = (int)-result;
    return -1;
}

void exit(int code)
{
    system_call(SYS_exit, code, 0, 0);
    for (;;)
        ;
}

ssize_t read(int fd, void *buffer, size_t n)
{
    return checked(system_call(SYS_read, fd, (long)buffer, (long)n));
}

ssize_t write(int fd, const void *buffer, size_t n)
{
    return checked(system_call(SYS_write, fd, (long)buffer, (long)n));
}

int getpid(void)
{
    return (int)system_call(SYS_getpid, 0, 0, 0);
}

static void *heap_end;

int brk(void *end)
{
    heap_end = (void *)system_call(SYS_brk, (long)end, 0, 0);
    if (heap_end >= end)
        return 0;
    errno = ENOMEM;
    return -1;
}

void *sbrk(ptrdiff_t increment)
{
    if (!heap_end)
        brk(NULL);
    void *old = heap_end;
    return increment == 0 || brk((char *)old + increment) == 0 ? old : (void *)-1;
}

/* Six arguments: the last one goes into EBP, which the compiler keeps for itself. */
void *mmap(void *addr, size_t length, int prot, int flags, int fd, long offset)
{
    long result, page = offset / 4096;
    if (offset % 4096) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    long arguments[] = {(long)addr, (long)length, prot, flags, fd, page, SYS_mmap};
    __asm__ volatile("pushl %%ebx\n"
                     "pushl %%ebp\n"
                     "movl %%eax, %%ebp\n"
                     "movl 24(%%ebp), %%eax\n"
                     "movl (%%ebp), %%ebx\n"
                     "movl 4(%%ebp), %%ecx\n"
                     "movl 8(%%ebp), %%edx\n"
                     "movl 12(%%ebp), %%esi\n"
                     "movl 16(%%ebp), %%edi\n"
                     "movl 20(%%ebp), %%ebp\n"
                     "int $0x80\n"
                     "popl %%ebp\n"
                     "popl %%ebx\n"
                     : "=a"(result)
                     : "a"(arguments)
                     : "ecx", "edx", "esi", "edi", "memory");
    return (void *)checked(result);
}

int munmap(void *addr, size_t length)
{
    return (int)checked(system_call(SYS_munmap, (long)addr, (long)length, 0));
}

long lab_peek(const void *pointer, size_t n, enum lab_how how)
{
    return system_call(SYS_lab_peek, (long)pointer, (long)n, how);
}

long lab_poke(void *pointer, size_t n, enum lab_how how)
{
    return system_call(SYS_lab_poke, (long)pointer, (long)n, how);
}

long lab_stat(struct lab_stat *stat)
{
    return system_call(SYS_lab_stat, (long)stat, sizeof *stat, 0);
}
