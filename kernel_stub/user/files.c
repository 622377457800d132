/* The system calls about open files beyond read and write. */
#include "call.h"

int open(const char *name, int flags)
{
    return (int)checked(system_call(SYS_open, (long)name, flags, 0));
}

int pipe(int fd[2])
{
    return (int)checked(system_call(SYS_pipe, (long)fd, 0, 0));
}

int close(int fd)
{
    return (int)checked(system_call(SYS_close, fd, 0, 0));
}

long lseek(int fd, long offset, int whence)
{
    return checked(system_call(SYS_lseek, fd, offset, whence));
}

int ftruncate(int fd, size_t size)
{
    return (int)checked(system_call(SYS_ftruncate, fd, (long)size, 0));
}

int memfd_create(const char *name, unsigned flags)
{
    return (int)checked(system_call(SYS_memfd_create, (long)name, (long)flags, 0));
}
