/* Slots, and the pages that are also in RAM. A slot is free when no page table entry names it and
   no page is cached for it. */
#include "mm/swap.h"

#include "abi/errno.h"
#include "abi/ports.h"
#include "drivers/disk.h"
#include "task/task.h"
#include "trap/syscalls.h"

struct swap_counters swap_counters;

static uint16_t users[DISK_SLOTS];
static struct page *cache[DISK_SLOTS];
static uint32_t hand; /* the slot that was found last */

static bool is_free(uint32_t slot)
{
    return users[slot] == 0 && !cache[slot];
}

/* The next free slot, or 0. */
static uint32_t find_slot(void)
{
    for (uint32_t tried = 1; tried < swap_counters.slots; tried++) {
        hand = hand + 1 < swap_counters.slots ? hand + 1 : 1;
        if (is_free(hand))
            return hand;
    }
    return 0;
}

/* Called after every change that may have made a slot free or taken. */
static void count_slot(bool was_free, uint32_t slot)
{
    swap_counters.free += (uint32_t)is_free(slot) - (uint32_t)was_free;
}

void swap_duplicate(uint32_t slot)
{
    bool was_free = is_free(slot);
    users[slot]++;
    count_slot(was_free, slot);
}

void swap_free(uint32_t slot)
{
    users[slot]--;
    count_slot(false, slot);
    struct page *page = cache[slot];
    if (users[slot] == 0 && page && page->count == 1)
        swap_cache_remove(page);
}

unsigned swap_users(uint32_t slot)
{
    return users[slot];
}

struct page *swap_cache_find(uint32_t slot)
{
    return cache[slot];
}

static void enter(struct page *page, uint32_t slot)
{
    bool was_free = is_free(slot);
    cache[slot] = page;
    page->flags |= PG_SWAPCACHE;
    page->index = slot;
    get_page(page);
    count_slot(was_free, slot);
}

/* Write a page to a free slot; 0: there is none, or the disk failed. */
static uint32_t write_out(struct page *page)
{
    uint32_t slot = find_slot();
    if (!slot || !disk_write(slot, frame_of(page)))
        return 0;
    swap_counters.out++;
    return slot;
}

bool swap_cache_add(struct page *page)
{
    uint32_t slot = write_out(page);
    if (slot)
        enter(page, slot);
    return slot;
}

void swap_cache_remove(struct page *page)
{
    uint32_t slot = page->index;
    cache[slot] = NULL;
    page->flags &= ~PG_SWAPCACHE;
    count_slot(false, slot);
    put_page(page);
}

struct page *swap_in(uint32_t slot, bool *major)
{
    struct page *page = cache[slot];
    *major = !page;
    if (page) {
        get_page(page);
        return page;
    }
    page = alloc_pages(GFP_USER, 0);
    if (!page)
        return NULL;
    if (!swap_load(page, slot)) {
        put_page(page);
        return NULL;
    }
    page->flags |= PG_ANON;
    enter(page, slot);
    return page;
}

uint32_t swap_store(struct page *page)
{
    uint32_t slot = write_out(page);
    if (slot)
        swap_duplicate(slot);
    return slot;
}

bool swap_load(struct page *page, uint32_t slot)
{
    if (!disk_read(slot, frame_of(page)))
        return false;
    swap_counters.in++;
    return true;
}

bool page_is_exclusive(struct page *page)
{
    bool cached = page->flags & PG_SWAPCACHE;
    if (!(page->flags & PG_ANON) || page->count != 1 + cached)
        return false;
    if (cached) {
        if (users[page->index] > 0)
            return false;
        swap_cache_remove(page);
    }
    return true;
}

void put_user_page(struct page *page)
{
    bool unwanted = page->flags & PG_SWAPCACHE && page->count == 2 && users[page->index] == 0;
    if (unwanted)
        swap_cache_remove(page);
    put_page(page);
}

/* Linux's swapon takes a file; here the one disk is meant, and the argument is how many of its
   slots to use. */
long sys_swapon(word slots)
{
    if (current->euid != 0)
        return -EPERM;
    if (!disk_present())
        return -ENODEV;
    if (slots < 2 || slots > DISK_SLOTS)
        return -EINVAL;
    if (swap_counters.slots)
        return -EBUSY;
    swap_counters.slots = (uint32_t)slots;
    swap_counters.free = (uint32_t)slots - 1;
    return 0;
}
