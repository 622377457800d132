#include "fs/files.h"

#include "abi/errno.h"
#include "fs/file.h"
#include "mm/mm.h"
#include "task/task.h"

struct files *files_new(void)
{
    struct files *files = kmalloc(sizeof *files);
    if (!files)
        return NULL;
    files->users = 1;
    files->fd[0] = &console_input;
    files->fd[1] = files->fd[2] = &console_output;
    for (unsigned fd = 0; fd <= 2; fd++)
        files->fd[fd]->users++;
    return files;
}

struct files *files_copy(const struct files *from)
{
    struct files *files = kmalloc(sizeof *files);
    if (!files)
        return NULL;
    files->users = 1;
    for (unsigned fd = 0; fd < OPEN_MAX; fd++) {
        files->fd[fd] = from->fd[fd];
        if (files->fd[fd])
            files->fd[fd]->users++;
    }
    return files;
}

struct open_file *open_file_new(const struct file_operations *operations, unsigned mode)
{
    struct open_file *open = kmalloc(sizeof *open);
    if (!open)
        return NULL;
    open->users = 1;
    open->operations = operations;
    open->mode = mode;
    return open;
}

int open_file_install(struct open_file *open)
{
    for (int fd = 0; fd < OPEN_MAX; fd++) {
        if (!current->files->fd[fd]) {
            current->files->fd[fd] = open;
            return fd;
        }
    }
    return -EMFILE;
}

void open_file_get(struct open_file *open)
{
    open->users++;
}

void open_file_put(struct open_file *open)
{
    if (--open->users > 0)
        return;
    if (open->operations->release)
        open->operations->release(open);
    if (open->file && open->mode & FMODE_WRITE)
        file_put_writer(open->file);
    if (open->file)
        put_file(open->file);
    kfree(open);
}

void files_put(struct files *files)
{
    if (--files->users > 0)
        return;
    for (unsigned fd = 0; fd < OPEN_MAX; fd++)
        if (files->fd[fd])
            open_file_put(files->fd[fd]);
    kfree(files);
}

struct open_file *open_file_of(word fd)
{
    return fd < OPEN_MAX ? current->files->fd[fd] : NULL;
}
