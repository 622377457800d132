/* The system calls that move bytes and memory. */
#include "call.h"

int errno;

ssize_t read(int fd, void *buffer, size_t n)
{
    return checked(system_call(SYS_read, fd, (long)buffer, (long)n));
}

ssize_t write(int fd, const void *buffer, size_t n)
{
    return checked(system_call(SYS_write, fd, (long)buffer, (long)n));
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

#ifdef __x86_64__
#define MMAP_UNIT 1 /* of the offset */
static long system_call6(const long a[7])
{
    return system_call_full(a[6], a[0], a[1], a[2], a[3], a[4], a[5]);
}
#else
#define MMAP_UNIT 4096
/* The sixth argument goes into EBP, which the compiler keeps for itself: so all of them come by a
   list, with the number behind. */
static long system_call6(const long arguments[7])
{
    long result;
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
    return result;
}
#endif

void *mmap(void *addr, size_t length, int prot, int flags, int fd, long offset)
{
    long page = offset / MMAP_UNIT;
    if (offset % 4096) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    long arguments[] = {(long)addr, (long)length, prot, flags, fd, page, SYS_mmap};
    return (void *)checked(system_call6(arguments));
}

ssize_t process_vm_readv(int pid, const struct iovec *ours, size_t our_count,
                         const struct iovec *theirs, size_t their_count, unsigned long flags)
{
    long arguments[] = {
        pid,         (long)ours,          (long)our_count, (long)theirs, (long)their_count,
        (long)flags, SYS_process_vm_readv};
    return checked(system_call6(arguments));
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
