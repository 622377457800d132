/* The files that have a name, and how long a file lives. */
#include "fs/file.h"

#include "abi/errno.h"
#include "drivers/console.h"
#include "mm/filemap.h"

static struct file *named_files;
static uint32_t last_number;

/* With one user, the caller. NULL: no memory. */
struct file *file_new(const char *name, word size, const struct page_operations *pages)
{
    struct file *file = kmalloc(sizeof *file);
    if (!file)
        return NULL;
    format(file->name, sizeof file->name, "%s", name);
    file->number = ++last_number;
    file->users = 1;
    file->device = DEVICE_DISK;
    file->size = file->capacity = size;
    file->pages = pages;
    file->vm_operations = &filemap_vm_operations;
    return file;
}

/* It can be opened by its name from now on. */
void file_register(struct file *file)
{
    file->next = named_files;
    named_files = file;
}

/* Without memory there is no such device: whoever opens it is told so. */
void device_register(const char *name, const struct file_operations *operations)
{
    struct file *file = file_new(name, 0, NULL);
    if (!file)
        return;
    file->operations = operations;
    file_register(file);
}

/* What follows the last slash. There is one directory, and loaders name a module by its path. */
static const char *last_part(const char *path)
{
    const char *part = path;
    for (const char *c = path; *c; c++)
        if (*c == '/')
            part = c + 1;
    return part;
}

/* Files of the kernel's own are found by their whole path. */
struct file *file_lookup(const char *name)
{
    for (struct file *file = named_files; file; file = file->next)
        if (strcmp(file->name, name) == 0 ||
            (file->pages && strcmp(last_part(file->name), last_part(name)) == 0))
            return file;
    return NULL;
}

void get_file(struct file *file)
{
    file->users++;
}

void put_file(struct file *file)
{
    if (--file->users == 0 && file->pages && file->pages->release)
        file->pages->release(file);
}

int file_get_writer(struct file *file)
{
    if (file->writers < 0)
        return -ETXTBSY;
    file->writers++;
    return 0;
}

void file_put_writer(struct file *file)
{
    file->writers--;
}

int file_get_runner(struct file *file)
{
    if (file->writers > 0)
        return -ETXTBSY;
    file->writers--;
    return 0;
}

void file_put_runner(struct file *file)
{
    file->writers++;
}
