/* A pipe: a page of the kernel's with a writing end and a reading end. Bytes leave the writer's
   memory when it writes and reach the reader's when it reads; neither ever sees the other's.
   Whoever finds the page full, or empty, sleeps until the other end has been at work. */
#include "abi/errno.h"
#include "fs/files.h"
#include "mm/frames.h"
#include "mm/kmalloc.h"
#include "mm/uaccess.h"
#include "task/mutex.h"
#include "task/task.h"
#include "trap/syscalls.h"

#define PIPE_BUF PAGE_SIZE /* a write of up to so many bytes is not torn apart */

struct pipe {
    struct page *page;
    word first, length;          /* the bytes in it; they may go round the page's end */
    bool has_reader, has_writer; /* somebody still has that end open */
    struct mutex lock;           /* held while bytes move: a copy may sleep */
    struct wait_queue changed;   /* bytes came or went, or an end was closed */
};

static uint8_t *byte_at(const struct pipe *pipe, word place)
{
    return (uint8_t *)page_address(pipe->page) + place % PAGE_SIZE;
}

/* Of n bytes from a place on, those before the page's end. */
static word in_one_piece(word place, word n)
{
    word room = PAGE_SIZE - place % PAGE_SIZE;
    return n < room ? n : room;
}

static word smaller(word a, word b)
{
    return a < b ? a : b;
}

static word room(const struct pipe *pipe)
{
    return PAGE_SIZE - pipe->length;
}

/* What did not arrive whole is still in the pipe. */
static long take(struct pipe *pipe, uint8_t *to, word n)
{
    word wanted = smaller(n, pipe->length);
    for (word done = 0, part; done < wanted; done += part) {
        part = in_one_piece(pipe->first + done, wanted - done);
        if (copy_to_user(to + done, byte_at(pipe, pipe->first + done), part))
            return -EFAULT;
    }
    pipe->first = (pipe->first + wanted) % PAGE_SIZE;
    pipe->length -= wanted;
    return (long)wanted;
}

/* With the lock held: until there is something to read, or nothing will ever come. */
static bool wait_for_bytes(struct pipe *pipe)
{
    while (pipe->length == 0 && pipe->has_writer) {
        mutex_unlock(&pipe->lock);
        bool woken =
            wait_event_interruptible(&pipe->changed, pipe->length > 0 || !pipe->has_writer);
        mutex_lock(&pipe->lock);
        if (!woken)
            return false;
    }
    return true;
}

static long pipe_read(struct open_file *open, void *to, word n)
{
    struct pipe *pipe = open->private;
    if (n == 0)
        return 0;
    mutex_lock(&pipe->lock);
    long result = wait_for_bytes(pipe) ? take(pipe, to, n) : -ERESTARTSYS;
    mutex_unlock(&pipe->lock);
    wake_up(&pipe->changed);
    return result;
}

/* As many of n bytes as there is room for. What did not come whole was never there. */
static long put(struct pipe *pipe, const uint8_t *from, word n)
{
    word end = pipe->first + pipe->length, wanted = smaller(n, room(pipe));
    for (word done = 0, part; done < wanted; done += part) {
        part = in_one_piece(end + done, wanted - done);
        if (copy_from_user(byte_at(pipe, end + done), from + done, part))
            return -EFAULT;
    }
    pipe->length += wanted;
    return (long)wanted;
}

/* With the lock held: until n bytes fit, or nobody will read them. */
static bool wait_for_room(struct pipe *pipe, word n)
{
    while (room(pipe) < n && pipe->has_reader) {
        mutex_unlock(&pipe->lock);
        bool woken = wait_event_interruptible(&pipe->changed, room(pipe) >= n || !pipe->has_reader);
        mutex_lock(&pipe->lock);
        if (!woken)
            return false;
    }
    return true;
}

/* Nobody will ever read it. A program that does not look at results is stopped by the signal. */
static long broken(void)
{
    signal_send(current, &(struct signal_info){.signal = SIGPIPE,
                                               .code = SI_USER,
                                               .pid = current->leader->pid,
                                               .uid = (int)current->uid});
    return -EPIPE;
}

/* One step: 0 is never the answer to a step. */
static long write_some(struct pipe *pipe, const uint8_t *from, word n)
{
    if (!wait_for_room(pipe, n <= PIPE_BUF ? n : 1))
        return -ERESTARTSYS;
    if (!pipe->has_reader)
        return broken();
    long moved = put(pipe, from, n);
    wake_up(&pipe->changed);
    return moved;
}

/* Only a write of more than PIPE_BUF bytes takes more than one step, and so may end half done. */
static long pipe_write(struct open_file *open, const void *from, word n)
{
    struct pipe *pipe = open->private;
    word done = 0;
    long moved = 0;
    mutex_lock(&pipe->lock);
    for (; done < n; done += (word)moved) {
        moved = write_some(pipe, (const uint8_t *)from + done, n - done);
        if (moved < 0)
            break;
    }
    mutex_unlock(&pipe->lock);
    return done > 0 || n == 0 ? (long)done : moved;
}

/* The page goes with the second end. */
static void close_end(struct pipe *pipe, bool *end)
{
    *end = false;
    wake_up(&pipe->changed);
    if (pipe->has_reader || pipe->has_writer)
        return;
    put_page(pipe->page);
    kfree(pipe);
}

static void release_reader(struct open_file *open)
{
    struct pipe *pipe = open->private;
    close_end(pipe, &pipe->has_reader);
}

static void release_writer(struct open_file *open)
{
    struct pipe *pipe = open->private;
    close_end(pipe, &pipe->has_writer);
}

static const struct file_operations reading_end = {.read = pipe_read, .release = release_reader};
static const struct file_operations writing_end = {.write = pipe_write, .release = release_writer};

static struct pipe *pipe_new(void)
{
    struct pipe *pipe = kmalloc(sizeof *pipe);
    if (!pipe)
        return NULL;
    pipe->page = alloc_pages(GFP_KERNEL, 0);
    if (!pipe->page) {
        kfree(pipe);
        return NULL;
    }
    return pipe;
}

/* A descriptor of one end, or a negated error number. */
static int open_end(struct pipe *pipe, const struct file_operations *operations, unsigned mode)
{
    struct open_file *open = open_file_new(operations, mode);
    if (!open)
        return -ENOMEM;
    open->private = pipe;
    int fd = open_file_install(open);
    if (fd < 0) {
        kfree(open);
        return fd;
    }
    *(mode == FMODE_READ ? &pipe->has_reader : &pipe->has_writer) = true;
    return fd;
}

/* The program learns the numbers last: nobody can use an end before both are there. */
long sys_pipe(int *to)
{
    struct pipe *pipe = pipe_new();
    if (!pipe)
        return -ENOMEM;
    int fd[2] = {open_end(pipe, &reading_end, FMODE_READ), -EMFILE};
    if (fd[0] < 0) {
        put_page(pipe->page);
        kfree(pipe);
        return fd[0];
    }
    fd[1] = open_end(pipe, &writing_end, FMODE_WRITE);
    long error = fd[1] < 0 ? fd[1] : copy_to_user(to, fd, sizeof fd) ? -EFAULT : 0;
    for (unsigned end = 0; error && end < 2; end++)
        if (fd[end] >= 0)
            sys_close((word)fd[end]);
    return error;
}
