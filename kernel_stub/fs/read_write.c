/* read, write and ioctl: find what the descriptor stands for, and let it do the work. */
#include "abi/errno.h"
#include "fs/files.h"
#include "mm/uaccess.h"
#include "trap/syscalls.h"

#define MAX_COUNT 0x7FFFF000u /* Linux moves no more by one call */

static word at_most(word n)
{
    return n < MAX_COUNT ? n : MAX_COUNT;
}

/* Linux looks at the range before it asks what the descriptor stands for: so nothing is written from a kernel address even
   where nobody would read it, and a write of no bytes fails too. It does so in every 64-bit kernel; the i386 kernels here are
   older than that. */
#ifdef __x86_64__
#define CHECK_RANGE(pointer, n)                                                                    \
    if (!user_range_ok(pointer, n))                                                                \
        return -EFAULT
#else
#define CHECK_RANGE(pointer, n)
#endif

long sys_read(word fd, void *to, word n)
{
    struct open_file *open = open_file_of(fd);
    if (!open || !(open->mode & FMODE_READ) || !open->operations->read)
        return -EBADF;
    CHECK_RANGE(to, n);
    open_file_get(open);
    long result = open->operations->read(open, to, at_most(n));
    open_file_put(open);
    return result;
}

long sys_write(word fd, const void *from, word n)
{
    struct open_file *open = open_file_of(fd);
    if (!open || !(open->mode & FMODE_WRITE) || !open->operations->write)
        return -EBADF;
    CHECK_RANGE(from, n);
    open_file_get(open);
    long result = open->operations->write(open, from, at_most(n));
    open_file_put(open);
    return result;
}

long sys_ioctl(word fd, word request, word argument)
{
    struct open_file *open = open_file_of(fd);
    if (!open)
        return -EBADF;
    if (!open->operations->ioctl)
        return -ENOTTY;
    open_file_get(open);
    long result = open->operations->ioctl(open, request, argument);
    open_file_put(open);
    return result;
}
