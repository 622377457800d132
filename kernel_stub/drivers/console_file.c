/* The console as a file: descriptors 0, 1 and 2 of the first program, and /dev/console. */
#include "abi/errno.h"
#include "abi/lab.h"
#include "debug.h"
#include "drivers/console.h"
#include "drivers/devices.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/uaccess.h"
#include "task/mutex.h"
#include "task/task.h"

/* The bytes go through a buffer of the kernel's: devices are not shown the program's memory. The
   buffer is locked, as another task may come here while a copy waits for its page. */
#define BUFFER_SIZE 8192u
static char buffer[BUFFER_SIZE];
static struct mutex buffer_lock;

static word smaller(word n)
{
    return n < BUFFER_SIZE ? n : BUFFER_SIZE;
}

static long console_file_write(struct open_file *open, const void *from, word n)
{
    (void)open;
    word written = 0;
    mutex_lock(&buffer_lock);
    while (written < n) {
        word part = smaller(n - written);
        if (copy_from_user(buffer, (const char *)from + written, part))
            break;
        console_write(buffer, part);
        written += part;
    }
    mutex_unlock(&buffer_lock);
    return written || n == 0 ? (long)written : -EFAULT;
}

/* At most a line: whoever types wants to be answered. */
static long console_file_read(struct open_file *open, void *to, word n)
{
    (void)open;
    mutex_lock(&buffer_lock);
    word got = console_read(buffer, smaller(n));
    bool arrived = copy_to_user(to, buffer, got) == 0;
    mutex_unlock(&buffer_lock);
    return arrived ? (long)got : -EFAULT;
}

/* The console is also where a program asks for watchpoints of its own. */
static long console_file_ioctl(struct open_file *open, word request, word argument)
{
    struct lab_dr wish;
    (void)open;
    if (request != LAB_DR)
        return -ENOTTY;
    if (copy_from_user(&wish, (const void *)argument, sizeof wish))
        return -EFAULT;
    return debug_register_set(current, wish.n, wish.value);
}

static const struct file_operations console_operations = {
    .llseek = no_llseek,
    .read = console_file_read,
    .write = console_file_write,
    .ioctl = console_file_ioctl,
};
struct open_file console_input = {
    .users = 1, .mode = FMODE_READ, .operations = &console_operations};
struct open_file console_output = {
    .users = 1, .mode = FMODE_WRITE, .operations = &console_operations};

void console_file_init(void)
{
    device_register("/dev/console", &console_operations);
}
