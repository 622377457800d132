/* open, close and what else changes an opening or a file's size. */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/filemap.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "trap/syscalls.h"

#define PATH_MAX 256

static unsigned mode_of(word flags)
{
    word access = flags & O_ACCMODE;
    return access == O_RDWR     ? FMODE_READ | FMODE_WRITE
           : access == O_WRONLY ? FMODE_WRITE
                                : FMODE_READ;
}

/* The kind of file may have a word in it. */
static long open_file(struct file *file, word flags)
{
    struct open_file *open = open_file_new(file->operations, mode_of(flags));
    if (!open)
        return -ENOMEM;
    int busy = open->mode & FMODE_WRITE ? file_get_writer(file) : 0;
    if (busy) {
        kfree(open);
        return busy;
    }
    get_file(file);
    open->file = file;
    int fd = open_file_install(open);
    int error = fd < 0 ? fd : open->operations->open ? open->operations->open(open) : 0;
    if (!error)
        return fd;
    if (fd >= 0)
        current->files->fd[fd] = NULL;
    if (open->mode & FMODE_WRITE)
        file_put_writer(file);
    put_file(file);
    kfree(open);
    return error;
}

long sys_open(const char *name, word flags)
{
    char path[PATH_MAX];
    long length = strncpy_from_user(path, name, sizeof path);
    if (length < 0)
        return length;
    if (length == (long)sizeof path)
        return -ENAMETOOLONG;
    struct file *file = file_lookup(path);
    return file ? open_file(file, flags) : -ENOENT;
}

long sys_close(word fd)
{
    struct open_file *open = open_file_of(fd);
    if (!open)
        return -EBADF;
    current->files->fd[fd] = NULL;
    open_file_put(open);
    return 0;
}

long no_llseek(struct open_file *open, long offset, word whence)
{
    (void)open;
    (void)offset;
    (void)whence;
    return -ESPIPE;
}

long sys_lseek(word fd, long offset, word whence)
{
    struct open_file *open = open_file_of(fd);
    if (!open)
        return -EBADF;
    if (!open->file)
        return -ESPIPE;
    if (open->operations->llseek)
        return open->operations->llseek(open, offset, whence);
    long base =
        whence == SEEK_SET ? 0 : (long)(whence == SEEK_CUR ? open->position : open->file->size);
    if (whence > SEEK_END || base + offset < 0)
        return -EINVAL;
    open->position = (word)(base + offset);
    return base + offset;
}

/* A file can become shorter, and as long again as its disk has room. Who has mapped what is cut off
   loses it. */
long sys_ftruncate(word fd, word size)
{
    struct open_file *open = open_file_of(fd);
    if (!open)
        return -EBADF;
    if (!open->file || !open->file->pages || !(open->mode & FMODE_WRITE))
        return -EINVAL;
    struct file *file = open->file;
    if (size > file->capacity)
        return -EFBIG;
    if (size < file->size && file->pages->cut)
        file->pages->cut(file, size);
    file->size = size;
    filemap_truncate(file);
    return 0;
}
