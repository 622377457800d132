/* The heap: blocks one behind the other, each with a header that says how long it is and whether it is free. The first free block
   that is long enough is taken; neighbours that are free become one when somebody looks for room. More comes from the kernel by
   sbrk, which gives no page, only the promise of some. */
#include "libc.h"

#define ALIGN 8u
#define MORE 16384u /* asked for at a time, at least */

struct block {
    size_t size; /* of what follows the header; a multiple of ALIGN */
    bool is_free;
};
_Static_assert(sizeof(struct block) % ALIGN == 0, "what follows is aligned");

static char *first, *end; /* of all blocks; the heap of the program's own, whatever else it does with brk */

static struct block *next(struct block *block)
{
    return (struct block *)((char *)(block + 1) + block->size);
}

static void merge_with_free_neighbours(struct block *block)
{
    for (struct block *other = next(block); (char *)other < end && other->is_free; other = next(block))
        block->size += sizeof *other + other->size;
}

/* What a block has too much becomes one of its own, if it is worth a header. */
static void split(struct block *block, size_t size)
{
    if (block->size < size + sizeof *block + ALIGN)
        return;
    struct block *rest = (struct block *)((char *)(block + 1) + size);
    rest->size = block->size - size - sizeof *rest;
    rest->is_free = true;
    block->size = size;
}

static struct block *find(size_t size)
{
    for (char *at = first; at < end; at = (char *)next((struct block *)at)) {
        struct block *block = (struct block *)at;
        if (!block->is_free)
            continue;
        merge_with_free_neighbours(block);
        if (block->size >= size)
            return block;
    }
    return NULL;
}

/* A new free block at the end. NULL: there is no more, or somebody has moved the break meanwhile. */
static struct block *grow(size_t size)
{
    size_t wanted = (size + sizeof(struct block) + MORE - 1) / MORE * MORE;
    if (!first) {
        sbrk((ptrdiff_t)(-(size_t)sbrk(0) % ALIGN)); /* the break may be anywhere */
        first = end = sbrk(0);
    }
    if (sbrk(0) != end || sbrk((ptrdiff_t)wanted) == (void *)-1)
        return NULL;
    struct block *block = (struct block *)end;
    block->size = wanted - sizeof *block;
    block->is_free = true;
    end += wanted;
    return block;
}

/* 0 bytes are nothing, and so is what no address space could hold. */
void *malloc(size_t size)
{
    struct block *block = NULL;
    size = size <= PTRDIFF_MAX - MORE ? (size + ALIGN - 1) / ALIGN * ALIGN : SIZE_MAX;
    if (size > 0 && size < SIZE_MAX && !(block = find(size)))
        block = grow(size);
    if (!block) {
        if (size > 0)
            errno = ENOMEM;
        return NULL;
    }
    split(block, size);
    block->is_free = false;
    return block + 1;
}

void free(void *memory)
{
    if (memory)
        ((struct block *)memory - 1)->is_free = true;
}

void *calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    void *memory = malloc(count * size);
    return memory ? memset(memory, 0, count * size) : NULL;
}

void *realloc(void *memory, size_t size)
{
    struct block *block = memory ? (struct block *)memory - 1 : NULL;
    if (block && block->size >= size && size)
        return memory;
    void *moved = malloc(size);
    if (moved && block)
        memcpy(moved, memory, block->size);
    if (moved || size == 0)
        free(memory);
    return moved;
}
