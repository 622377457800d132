/* The store: objects of the kernel's heap, found by a static table. The table, and what it points
   to, are in the kernel's part, which every process has alike: what one program added, another
   finds, whatever its own page tables say.

   A call first does all that may fail or sleep beside the table, and takes the lock for the short
   time that it works with the table itself. Nobody sees an object that is not complete; who still
   copies from one that was deleted has a reference. */
#include "drivers/uf.h"

#include "abi/errno.h"
#include "abi/uf.h"
#include "boot/options.h"
#include "mm/kmalloc.h"
#include "mm/uaccess.h"
#include "task/mutex.h"
#include "task/preempt.h"
#include "task/task.h"
#include "trap/syscalls.h"

#define BUCKETS 16
static struct uf_object *table[BUCKETS];
static word total; /* bytes of all objects in the table */
static struct mutex lock;

bool uf_length_is_good(word length)
{
    return length > 0 && length <= UF_MAX_LENGTH;
}

struct uf_object *uf_object_new(word id, word length, word mode)
{
    struct uf_object *object = kmalloc(sizeof *object);
    if (!object)
        return NULL;
    object->data = kmalloc(length);
    if (!object->data) {
        kfree(object);
        return NULL;
    }
    object->id = (uint32_t)id;
    object->owner = current->euid;
    object->mode = (uint16_t)mode;
    object->length = (uint32_t)length;
    object->references = 1;
    return object;
}

void uf_object_put(struct uf_object *object)
{
    if (--object->references > 0)
        return;
    if (options.bug != bug_stored_user_pointer)
        kfree(object->data);
    kfree(object);
}

/* With the lock held: what points to the object, or to where it would be. */
static struct uf_object **find(word id)
{
    struct uf_object **link = &table[id % BUCKETS];
    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

long uf_publish(struct uf_object *object)
{
    mutex_lock(&lock);
    struct uf_object **place = find(object->id);
    long error = *place ? -EEXIST : total + object->length > UF_MAX_TOTAL ? -ENOSPC : 0;
    if (!error) {
        *place = object;
        total += object->length;
    }
    mutex_unlock(&lock);
    if (error)
        uf_object_put(object);
    return error;
}

/* The bug: in the table first, and then filled. Whoever asks in between gets what is there; and if
   the copy fails, nobody takes the object back. */
static long publish_before_copy(struct uf_object *object, const void *from)
{
    long error = uf_publish(object);
    if (error)
        return error;
    preemption_point("uf_add");
    return copy_from_user(object->data, from, object->length) ? -EFAULT : 0;
}

/* The bug: the number of the program's memory is kept, instead of a copy of what is there now. It
   is only a number: whoever uses it later finds something else there, or nothing. */
static long store_user_pointer(struct uf_object *object, const void *from)
{
    kfree(object->data);
    object->data = (void *)from;
    return uf_publish(object);
}

/* The order of the errors is part of the contract: EINVAL, ENOMEM, EFAULT, EEXIST, ENOSPC. */
long sys_uf_obj_add(word id, const void *from, word length_and_mode)
{
    word length = length_and_mode & 0xFFFF;
    if (!uf_length_is_good(length))
        return -EINVAL;
    struct uf_object *object = uf_object_new(id, length, length_and_mode >> 16);
    if (!object)
        return -ENOMEM;
    if (options.bug == bug_publish_before_copy)
        return publish_before_copy(object, from);
    if (options.bug == bug_stored_user_pointer)
        return store_user_pointer(object, from);
    if (copy_from_user(object->data, from, length)) {
        uf_object_put(object);
        return -EFAULT;
    }
    preemption_point("uf_add");
    return uf_publish(object);
}

static bool may_read(const struct uf_object *object)
{
    if (current->euid == 0)
        return true;
    return object->mode & (current->euid == object->owner ? UF_OWNER : UF_OTHERS);
}

/* A reference to the object, or why not: ENOENT, EACCES, EMSGSIZE. */
static long find_to_read(word id, word room, struct uf_object **found)
{
    mutex_lock(&lock);
    struct uf_object *object = *find(id);
    long error = !object                 ? -ENOENT
                 : !may_read(object)     ? -EACCES
                 : object->length > room ? -EMSGSIZE
                                         : 0;
    if (!error) {
        object->references++;
        *found = object;
    }
    mutex_unlock(&lock);
    return error;
}

/* The copy may sleep, so the lock is not held meanwhile. */
long sys_uf_obj_get(word id, void *to, word room)
{
    struct uf_object *object;
    if (room == 0)
        return -EINVAL;
    long error = find_to_read(id, room, &object);
    if (error)
        return error;
    long result = copy_to_user(to, object->data, object->length) ? -EFAULT : (long)object->length;
    uf_object_put(object);
    return result;
}

/* The table's reference goes at once, the object with the last one. */
long sys_uf_obj_del(word id)
{
    mutex_lock(&lock);
    struct uf_object **place = find(id), *object = *place;
    long error = !object                                                ? -ENOENT
                 : current->euid != 0 && current->euid != object->owner ? -EPERM
                                                                        : 0;
    if (!error) {
        *place = object->next;
        total -= object->length;
    }
    mutex_unlock(&lock);
    if (!error)
        uf_object_put(object);
    return error;
}
