/* What a process has open: a small table from descriptor to open file. fork copies the table and
   shares what it points to; threads share the table itself. */
#ifndef FS_FILES_H
#define FS_FILES_H

#include "cpu.h"

struct file;
struct open_file;
struct vma;

/* What a kind of file can do; a NULL is -EBADF, for ioctl -ENOTTY. Buffers are the program's. */
struct file_operations {
    int (*open)(struct open_file *open); /* by name; may refuse. NULL: nothing to do */
    long (*llseek)(struct open_file *open, long offset, word whence); /* NULL: by the size */
    long (*read)(struct open_file *open, void *to, word n);
    long (*write)(struct open_file *open, const void *from, word n);
    long (*ioctl)(struct open_file *open, word request, word argument);
    int (*mmap)(struct open_file *open, struct vma *vma); /* NULL: -ENODEV */
    void (*release)(struct open_file *open);              /* the last descriptor is closed */
};

struct open_file {
    unsigned users; /* descriptors that lead here, and calls at work */
    unsigned mode;  /* FMODE_* */
    const struct file_operations *operations;
    struct file *file; /* NULL: it has no name, like a pipe */
    word position;
    void *private; /* its kind's */
};

#define FMODE_READ 1u
#define FMODE_WRITE 2u

#define OPEN_MAX 16

struct files {
    unsigned users; /* tasks */
    struct open_file *fd[OPEN_MAX];
};

struct files *files_new(void); /* 0, 1 and 2 are the console; NULL: no memory */
struct files *files_copy(const struct files *from);
void files_put(struct files *files);
struct open_file *open_file_of(word fd); /* of the current task; NULL: not open */
/* With one user. mode: FMODE_*. NULL: no memory. */
struct open_file *open_file_new(const struct file_operations *operations, unsigned mode);
/* Gives it the current task's lowest free descriptor; or -EMFILE. */
int open_file_install(struct open_file *open);
/* Whoever works with an opening holds it: another thread may close the descriptor meanwhile. */
void open_file_get(struct open_file *open);
void open_file_put(struct open_file *open); /* the last user closes it */

extern const struct file_operations regular_file_operations; /* regular.c */

extern struct open_file console_input, console_output; /* drivers/console_file.c */

long no_llseek(struct open_file *open, long offset, word whence); /* -ESPIPE: it has no places */

#endif
