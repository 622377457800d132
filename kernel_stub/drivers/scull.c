/* /dev/scull0 to scull3: memory of the kernel's as a file, after the driver of "Linux Device
   Drivers". It outlives the programs that wrote it, and whoever opens the name finds the same
   bytes: that is all it takes to share data through the kernel. A device is a list of sets, each a
   table of pointers to quanta; one read or write moves at most the rest of one quantum, so short
   results are normal. To open a device for writing only empties it. */
#include "abi/scull.h"

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "drivers/devices.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/kmalloc.h"
#include "mm/uaccess.h"
#include "task/mutex.h"
#include "task/task.h"

struct scull_set {
    void **quanta; /* SCULL_QSET of them; NULL: nothing was written there */
    struct scull_set *next;
};

static struct scull_device {
    struct scull_set *sets;
    word quantum; /* bytes of each of its quanta; a new size takes effect when it is emptied */
    word size;    /* of the data */
    struct mutex lock;
} devices[4];
static word new_quantum = SCULL_QUANTUM;

/* The name's last letter is the number. */
static struct scull_device *device_of(const struct open_file *open)
{
    const char *name = open->file->name;
    return &devices[name[strlen(name) - 1] - '0'];
}

static void trim(struct scull_device *device)
{
    while (device->sets) {
        struct scull_set *set = device->sets;
        device->sets = set->next;
        for (word i = 0; set->quanta && i < SCULL_QSET; i++)
            kfree(set->quanta[i]);
        kfree(set->quanta);
        kfree(set);
    }
    device->size = 0;
    device->quantum = new_quantum;
}

static int scull_open(struct open_file *open)
{
    struct scull_device *device = device_of(open);
    if (open->mode != FMODE_WRITE)
        return 0;
    mutex_lock(&device->lock);
    trim(device);
    mutex_unlock(&device->lock);
    return 0;
}

/* Set n of the device; NULL: it has none, and if one was to be made, there is no memory. */
static struct scull_set *find_set(struct scull_device *device, word n, bool make)
{
    struct scull_set **link = &device->sets;
    for (;; link = &(*link)->next) {
        if (!*link && make)
            *link = kmalloc(sizeof **link);
        if (!*link || n-- == 0)
            return *link;
    }
}

/* Where the quantum of a position is, or would be. */
static void **find_quantum(struct scull_device *device, word position, bool make)
{
    word number = position / device->quantum;
    struct scull_set *set = find_set(device, number / SCULL_QSET, make);
    if (set && !set->quanta && make)
        set->quanta = kmalloc(SCULL_QSET * sizeof(void *));
    return set && set->quanta ? &set->quanta[number % SCULL_QSET] : NULL;
}

/* Of n bytes from a position on, those in the same quantum. */
static word in_this_quantum(const struct scull_device *device, word position, word n)
{
    word room = device->quantum - position % device->quantum;
    return n < room ? n : room;
}

static long read_some(struct scull_device *device, struct open_file *open, void *to, word n)
{
    word left = open->position < device->size ? device->size - open->position : 0;
    word part = in_this_quantum(device, open->position, n < left ? n : left);
    void **quantum = part ? find_quantum(device, open->position, false) : NULL;
    if (!quantum || !*quantum)
        return 0; /* the end, or a hole: those are not filled */
    if (copy_to_user(to, (uint8_t *)*quantum + open->position % device->quantum, part))
        return -EFAULT;
    open->position += part;
    return (long)part;
}

/* The bytes come by way of a buffer: copy_from_user fills with zeros what did not arrive, and the
   device must keep what it has there. */
static long write_some(struct scull_device *device, struct open_file *open, const void *from,
                       word n)
{
    word part = in_this_quantum(device, open->position, n);
    uint8_t *bytes = kmalloc(part);
    if (!bytes)
        return -ENOMEM;
    long result = copy_from_user(bytes, from, part) ? -EFAULT : (long)part;
    void **quantum = result > 0 ? find_quantum(device, open->position, true) : NULL;
    if (quantum && !*quantum)
        *quantum = kmalloc(device->quantum);
    if (result > 0 && (!quantum || !*quantum))
        result = -ENOMEM;
    if (result > 0) {
        memcpy((uint8_t *)*quantum + open->position % device->quantum, bytes, part);
        open->position += part;
        if (device->size < open->position)
            device->size = open->position;
    }
    kfree(bytes);
    return result;
}

static long scull_read(struct open_file *open, void *to, word n)
{
    struct scull_device *device = device_of(open);
    mutex_lock(&device->lock);
    long result = read_some(device, open, to, n);
    mutex_unlock(&device->lock);
    return result;
}

static long scull_write(struct open_file *open, const void *from, word n)
{
    struct scull_device *device = device_of(open);
    if (n == 0)
        return 0;
    if (open->position + in_this_quantum(device, open->position, n) > 0x7FFFFFFF)
        return -EFBIG;
    mutex_lock(&device->lock);
    long result = write_some(device, open, from, n);
    mutex_unlock(&device->lock);
    return result;
}

static long scull_llseek(struct open_file *open, long offset, word whence)
{
    long base = whence == SEEK_SET   ? 0
                : whence == SEEK_CUR ? (long)open->position
                                     : (long)device_of(open)->size;
    long place = (long)((word)base + (word)offset);
    if (whence > SEEK_END || place < 0)
        return -EINVAL;
    open->position = (word)place;
    return place;
}

static long set_quantum(word value)
{
    if (current->euid != 0)
        return -EPERM;
    if (value == 0 || value > SCULL_LARGEST_QUANTUM)
        return -EINVAL;
    new_quantum = value;
    return 0;
}

static long scull_ioctl(struct open_file *open, word request, word argument)
{
    uint32_t value;
    (void)open;
    switch (request) {
    case SCULL_IOCRESET:
        return set_quantum(SCULL_QUANTUM);
    case SCULL_IOCSQUANTUM:
        return get_user(&value, (const void *)argument) ? -EFAULT : set_quantum(value);
    case SCULL_IOCTQUANTUM:
        return set_quantum(argument);
    case SCULL_IOCGQUANTUM:
        return put_user((uint32_t)new_quantum, (void *)argument);
    case SCULL_IOCQQUANTUM:
        return (long)new_quantum;
    default:
        return -ENOTTY;
    }
}

static const struct file_operations scull_operations = {
    .open = scull_open,
    .llseek = scull_llseek,
    .read = scull_read,
    .write = scull_write,
    .ioctl = scull_ioctl,
};

void scull_init(void)
{
    static const char *const names[] = {"/dev/scull0", "/dev/scull1", "/dev/scull2", "/dev/scull3"};
    for (unsigned i = 0; i < 4; i++) {
        devices[i].quantum = SCULL_QUANTUM;
        device_register(names[i], &scull_operations);
    }
}
