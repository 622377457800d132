/* read and write. The only files that are open are the console's three descriptors. */
#include "abi/errno.h"
#include "drivers/console.h"
#include "fs/file.h"
#include "mm/uaccess.h"
#include "trap/syscalls.h"

#define BUFFER_SIZE 8192u
#define MAX_COUNT 0x7FFFF000u /* Linux moves no more by one call */

static char buffer[BUFFER_SIZE];

static word smaller(word a, word b)
{
    return a < b ? a : b;
}

/* The bytes go through a buffer of the kernel's: devices are not shown the program's memory. */
long sys_write(word fd, const void *from, word n)
{
    if (fd != 1 && fd != 2)
        return -EBADF;
    word count = smaller(n, MAX_COUNT), written = 0;
    while (written < count) {
        word part = smaller(count - written, BUFFER_SIZE);
        if (copy_from_user(buffer, (const char *)from + written, part))
            return written ? (long)written : -EFAULT;
        console_write(buffer, part);
        written += part;
    }
    return (long)written;
}

/* At most a line: whoever types wants to be answered. */
long sys_read(word fd, void *to, word n)
{
    if (fd != 0)
        return -EBADF;
    word got = console_read(buffer, smaller(n, BUFFER_SIZE));
    if (copy_to_user(to, buffer, got))
        return -EFAULT;
    return (long)got;
}
