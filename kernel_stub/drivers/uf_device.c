/* /dev/uf0: the store's calls as ioctls, which is how a driver offers calls of its own without a
   number in the kernel's table. The arguments are in the program's memory, where another thread may
   change them at any time: so they are fetched once, and only what was fetched is checked and used. */
#include "abi/errno.h"
#include "abi/uf.h"
#include "segments.h"
#include "boot/options.h"
#include "drivers/devices.h"
#include "drivers/uf.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/uaccess.h"
#include "trap/syscalls.h"

/* The bug: the length is looked at, the object made as large as it says, and then the whole request
   is fetched. A second reading need not say what the first one said. */
static long add_by_two_fetches(const struct uf_request *user)
{
    struct uf_request request;
    uint32_t looked_at;
    if (get_user(&looked_at, &user->length))
        return -EFAULT;
    if (!uf_length_is_good(looked_at & 0xFFFF))
        return -EINVAL;
    struct uf_object *object = uf_object_new(0, looked_at & 0xFFFF, looked_at >> 16);
    if (!object)
        return -ENOMEM;
    if (copy_from_user(&request, user, sizeof request) ||
        copy_from_user(object->data, (const void *)request.buffer, request.length & 0xFFFF)) {
        uf_object_put(object);
        return -EFAULT;
    }
    object->id = (uint32_t)request.id;
    return uf_publish(object);
}

/* file->read is written for programs: its destination is the program's memory. Here it is the
   kernel's, so for the time of the call "user memory" means that. Every way out must put it back. */
static long read_file(struct open_file *file, void *to, word n)
{
    word old = get_fs();
    set_fs(KERNEL_DS);
    long got = file->operations->read(file, to, n);
    if (got <= 0 && options.bug == bug_leaked_set_fs)
        return got; /* the bug: this one did not */
    set_fs(old);
    return got;
}

/* The next bytes of an open file as an object: as many as the file gives by one read. */
static long import(const struct uf_request *request)
{
    word length = request->length & 0xFFFF;
    struct open_file *file = open_file_of(request->buffer);
    if (!file || !(file->mode & FMODE_READ) || !file->operations->read)
        return -EBADF;
    if (!uf_length_is_good(length))
        return -EINVAL;
    struct uf_object *object = uf_object_new(request->id, length, request->length >> 16);
    if (!object)
        return -ENOMEM;
    open_file_get(file);
    long got = read_file(file, object->data, length);
    open_file_put(file);
    if (got <= 0) {
        uf_object_put(object);
        return got ? got : -EINVAL;
    }
    object->length = (uint32_t)got;
    return uf_publish(object);
}

static long uf_ioctl(struct open_file *open, word number, word argument)
{
    const struct uf_request *user = (const struct uf_request *)argument;
    struct uf_request request;
    (void)open;
    if (number < UF_ADD || number > UF_IMPORT)
        return -ENOTTY;
    if (number == UF_ADD && options.bug == bug_double_fetch)
        return add_by_two_fetches(user);
    if (copy_from_user(&request, user, sizeof request))
        return -EFAULT;
    switch (number) {
    case UF_ADD:
        return sys_uf_obj_add(request.id, (const void *)request.buffer, request.length);
    case UF_GET:
        return sys_uf_obj_get(request.id, (void *)request.buffer, request.length);
    case UF_DEL:
        return sys_uf_obj_del(request.id);
    default:
        return import(&request);
    }
}

static const struct file_operations uf_operations = {.ioctl = uf_ioctl};

void uf_init(void)
{
    device_register("/dev/uf0", &uf_operations);
}
