/* The frames of RAM: who has them, and how often. Frames go out in blocks of 2^order, each block
   on a boundary of its own size. Addresses of frames are physical. */
#ifndef MM_FRAMES_H
#define MM_FRAMES_H

#include "paging.h"

struct file;

/* One for every frame of RAM. The count is the number of owners: page table entries, the page
   cache, the swap cache, whoever called get_page. At 0 the frame is free, or the tail of a block
   whose first frame has the count. */
struct page {
    int count;
    int mapcount;        /* page table entries among the owners */
    unsigned named;      /* check.c counts here */
    uint32_t flags;      /* PG_* */
    uint32_t index;      /* page cache: which page of the file; swap cache: the slot;
                            free block or compound: its order; slab: its size class */
    struct file *file;   /* page cache: whose page */
    struct page *next;   /* free list, page cache chain; of a compound's tail: the head */
    struct page *prev;   /* free list */
};

#define PG_USER 0x01u      /* a program may see it: changes of its count are part of the story */
#define PG_RESERVED 0x02u  /* never the allocator's: kernel image, modules, the page of zeros */
#define PG_FREE 0x04u      /* the first of a free block */
#define PG_SLAB 0x08u      /* the heap's */
#define PG_TABLE 0x10u     /* a page table or directory */
#define PG_HEAD 0x20u      /* the first of a compound block: has the count of all */
#define PG_TAIL 0x40u      /* another one of it */
#define PG_SWAPCACHE 0x80u /* also in a slot of the swap disk, with the same bytes */
#define PG_DIRTY 0x100u    /* page cache: newer than the file's disk */
#define PG_ANON 0x200u     /* a program's own: it comes from no file and no driver */

extern struct page *mem_map;
extern uint32_t zero_frame; /* the shared page of zeros */

#define MAX_ORDER 10 /* blocks of up to 4 MB */
#define GFP_KERNEL 0u
#define GFP_USER 1u   /* its pages are PG_USER */
#define GFP_COMP 2u   /* a compound block, Linux's __GFP_COMP */
#define GFP_ATOMIC 4u /* do not look for more when memory is short */

void frames_init(uint32_t frames);
void frames_reserve(word physical, word bytes); /* before frames_init: not for the allocator */
uint32_t frames_total(void), frames_free(void);
extern uint32_t mapped_pages; /* the sum of all mapcounts */

/* A block of zeroed frames, or NULL. Without GFP_COMP only the first frame has a count. */
struct page *alloc_pages(uint32_t gfp, unsigned order);
void free_pages(struct page *page, unsigned order); /* gives up one count of the block */
void split_page(struct page *page, unsigned order); /* now each frame has a count of its own */
struct page *compound_head(struct page *page);
void get_page(struct page *page);
void put_page(struct page *page); /* the last owner's frees the frame */

/* One frame, by its address; 0 is none. */
uint32_t frame_alloc(void);
void frame_free(uint32_t frame);
uint32_t user_frame_alloc(void);

void *stack_alloc(void); /* a kernel stack, or NULL */
void stack_free(void *stack);

ALWAYS_INLINE struct page *page_of(uint32_t frame)
{
    return &mem_map[frame / PAGE_SIZE];
}

ALWAYS_INLINE uint32_t frame_of(const struct page *page)
{
    return (uint32_t)(page - mem_map) * PAGE_SIZE;
}

ALWAYS_INLINE void *page_address(const struct page *page)
{
    return POINTER(frame_of(page));
}

ALWAYS_INLINE struct page *virt_to_page(const void *pointer)
{
    return page_of((uint32_t)PHYSICAL(pointer));
}

/* Is there RAM, and so a struct page? Device registers have none. */
ALWAYS_INLINE bool pfn_valid(uint32_t frame)
{
    return frame / PAGE_SIZE < frames_total();
}

#endif
