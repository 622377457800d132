/* The kernel's heap: a list of free objects for each power of two from 32 bytes to a page. An
   empty list gets a frame and cuts it up; frames never go back. Whoever frees says the size, so
   an object needs no header. */
#include "mm/mm.h"

#define SMALLEST 5 /* 2^5 = 32 bytes */
#define LARGEST 12 /* 2^12 = a page */

struct free_object {
    struct free_object *next;
};
static struct free_object *free_objects[LARGEST + 1];

static unsigned class_of(size_t n)
{
    unsigned class = SMALLEST;
    while (((size_t)1 << class) < n)
        class ++;
    return class;
}

void *kmalloc(size_t n)
{
    unsigned class = class_of(n);
    if (class > LARGEST)
        return NULL;
    size_t size = (size_t)1 << class;
    if (!free_objects[class]) {
        uint32_t frame = frame_alloc();
        if (!frame)
            return NULL;
        for (size_t at = 0; at < PAGE_SIZE; at += size)
            kfree((uint8_t *)POINTER(frame) + at, size);
    }
    struct free_object *object = free_objects[class];
    free_objects[class] = object->next;
    return memset(object, 0, size);
}

void kfree(void *object, size_t n)
{
    unsigned class = class_of(n);
    ((struct free_object *)object)->next = free_objects[class];
    free_objects[class] = object;
}
