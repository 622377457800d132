/* The kernel's heap: a list of free objects for each power of two from 32 bytes to a page; an
   empty list gets a frame and cuts it up, and frames never go back. What is larger is a block of
   frames of its own.

   An object, as it lies in memory:

     | the n bytes asked for | red zone: 4 bytes and what rounding left | n |

   Nobody may write to the red zone; kfree looks whether somebody did. What is free is poisoned, so
   that whoever still uses it does not see its old bytes. */
#include "mm/kmalloc.h"

#include "mm/frames.h"
#include "trap/trap.h"

#define SMALLEST 5 /* 2^5 = 32 bytes */
#define LARGEST 16 /* 2^16 = 64 KB */
#define PAGE_CLASS 12
#define RED 0xA5
#define POISON 0x6B
#define OVERHEAD (4 + sizeof(uint32_t))

struct free_object {
    struct free_object *next;
};
static struct free_object *free_objects[PAGE_CLASS];
static uint32_t frames;

static uint32_t *length_of(void *object, unsigned class)
{
    return (uint32_t *)((uint8_t *)object + ((size_t)1 << class)) - 1;
}

static void add(void *object, unsigned class)
{
    memset(object, POISON, (size_t)1 << class);
    ((struct free_object *)object)->next = free_objects[class];
    free_objects[class] = object;
}

static void *get_small(unsigned class)
{
    if (!free_objects[class]) {
        struct page *page = alloc_pages(GFP_KERNEL, 0);
        if (!page)
            return NULL;
        page->flags = PG_SLAB;
        page->index = class;
        frames++;
        for (size_t at = 0; at < PAGE_SIZE; at += (size_t)1 << class)
            add((uint8_t *)page_address(page) + at, class);
    }
    struct free_object *object = free_objects[class];
    free_objects[class] = object->next;
    return object;
}

static void *get_large(unsigned class)
{
    struct page *page = alloc_pages(GFP_KERNEL, class - PAGE_CLASS);
    if (!page)
        return NULL;
    page->flags = PG_SLAB;
    page->index = class;
    frames += 1u << (class - PAGE_CLASS);
    return page_address(page);
}

void *kmalloc(size_t n)
{
    unsigned class = SMALLEST;
    while (class <= LARGEST && ((size_t)1 << class) < n + OVERHEAD)
        class ++;
    if (class > LARGEST || n + OVERHEAD < n)
        return NULL;
    uint8_t *object = class < PAGE_CLASS ? get_small(class) : get_large(class);
    if (!object)
        return NULL;
    uint32_t *length = length_of(object, class);
    memset(object, 0, n);
    memset(object + n, RED, (size_t)((uint8_t *)length - (object + n)));
    *length = (uint32_t)n;
    return object;
}

static void check_red_zone(uint8_t *object, unsigned class)
{
    uint32_t *length = length_of(object, class);
    if (*length + OVERHEAD > (size_t)1 << class)
        panic("the object at %08" PRIxPTR " was overrun: its length reads %u", (word)object, *length);
    uint8_t *red = object + *length;
    uint8_t *broken = memchr_inv(red, RED, (size_t)((uint8_t *)length - red));
    if (broken)
        panic("the %u bytes at %08" PRIxPTR " were overrun: byte %u behind them is %02x", *length,
              (word)object, (unsigned)(broken - red), *broken);
}

void kfree(void *object)
{
    if (!object)
        return;
    struct page *page = virt_to_page(object);
    unsigned class = page->index;
    if (!(page->flags & PG_SLAB))
        panic("kfree of %08" PRIxPTR ", which is not the heap's", (word)object);
    check_red_zone(object, class);
    if (class < PAGE_CLASS) {
        add(object, class);
        return;
    }
    frames -= 1u << (class - PAGE_CLASS);
    free_pages(page, class - PAGE_CLASS);
}

uint32_t kmalloc_frames(void)
{
    return frames;
}
