/* The swap disk: where a page without a file goes when its frame is wanted. */
#ifndef MM_SWAP_H
#define MM_SWAP_H

#include "mm/frames.h"

struct swap_counters {
    uint32_t in, out;     /* pages read and written since boot: Linux's pswpin, pswpout */
    uint32_t slots, free; /* of the disk; slot 0 is never used */
};
extern struct swap_counters swap_counters;

/* A slot's users are the page table entries that name it, in all processes. */
void swap_duplicate(uint32_t slot);
void swap_free(uint32_t slot);
unsigned swap_users(uint32_t slot);

/* The swap cache: a page that is in RAM and, with the same bytes, in a slot. The cache is one of
   the page's owners. */
struct page *swap_cache_find(uint32_t slot);
bool swap_cache_add(struct page *page); /* find a slot, write the page; false: no slot, or it failed */
void swap_cache_remove(struct page *page); /* the slot is free if it has no users */
struct page *swap_in(uint32_t slot, bool *major); /* with a count for the caller; NULL: no memory */

/* For what is not in a page table: the page's bytes into a slot with one user, and back. */
uint32_t swap_store(struct page *page); /* 0: no slot, or it failed */
bool swap_load(struct page *page, uint32_t slot);

/* Is it a program's own page, and this one owner's alone, so that it may be written to in place? The slot that it may
   still have is given up: its bytes will be old. */
bool page_is_exclusive(struct page *page);
/* put_page for a program's page: what only the swap cache keeps, and nobody wants, goes too. */
void put_user_page(struct page *page);

#endif
