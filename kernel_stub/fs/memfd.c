/* memfd_create: memory with a descriptor. The file has no name that anybody could open; it is gone when the last descriptor and the
   last area are. It may become as large as RAM and swap have room, so its size is what was written or ftruncate said. */
#include "abi/errno.h"
#include "drivers/console.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/filemap.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "trap/syscalls.h"

#define NAME_MAX 50
#define LARGEST 0x10000000u /* 256 MB */
#define MFD_CLOEXEC 1u      /* every descriptor stays open over exec here: there is nothing to do */

long sys_memfd_create(const char *user_name, word flags)
{
    char name[NAME_MAX];
    if (flags & ~MFD_CLOEXEC)
        return -EINVAL;
    long length = strncpy_from_user(name, user_name, sizeof name);
    if (length < 0)
        return length;
    if (length == (long)sizeof name)
        return -EINVAL;
    struct file *file = shmem_file(0);
    if (!file)
        return -ENOMEM;
    format(file->name, sizeof file->name, "/memfd:%s", name);
    file->capacity = LARGEST;
    file->operations = &regular_file_operations;
    struct open_file *open = open_file_new(file->operations, FMODE_READ | FMODE_WRITE);
    if (!open) {
        put_file(file);
        return -ENOMEM;
    }
    open->file = file; /* which lives as long as this */
    file_get_writer(file);
    int fd = open_file_install(open);
    if (fd < 0)
        open_file_put(open);
    return fd;
}
