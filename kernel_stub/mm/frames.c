/* The buddy allocator. Free blocks of each order are in a list; a block that is too big is halved
   until it fits, and a block that comes back is joined with its buddy, the other half of the
   block twice its size, as long as that is free too. */
#include "mm/frames.h"

#include "segments.h"
#include "mm/reclaim.h"
#include "trap/tracepoint.h"
#include "trap/trap.h"

struct page *mem_map;
uint32_t zero_frame, mapped_pages;

static uint32_t frames;     /* of RAM */
static uint32_t free_count; /* frames in all lists */
static struct page *free_blocks[MAX_ORDER + 1];

static struct {
    uint32_t first, end; /* frame numbers */
} reserved[33]; /* the last one is for the map of frames */
static unsigned reserved_count;

extern char _kernel_end[];

void frames_reserve(word physical, word bytes)
{
    if (reserved_count + 1 == sizeof reserved / sizeof reserved[0])
        panic("more than %u modules", reserved_count);
    reserved[reserved_count].first = (uint32_t)physical / PAGE_SIZE;
    reserved[reserved_count].end = (uint32_t)(physical + bytes + PAGE_SIZE - 1) / PAGE_SIZE;
    reserved_count++;
}

static void list_add(struct page *page, unsigned order)
{
    struct page *first = free_blocks[order];
    page->flags = PG_FREE;
    page->index = order;
    page->prev = NULL;
    page->next = first;
    if (first)
        first->prev = page;
    free_blocks[order] = page;
}

static void list_remove(struct page *page)
{
    if (page->prev)
        page->prev->next = page->next;
    else
        free_blocks[page->index] = page->next;
    if (page->next)
        page->next->prev = page->prev;
    page->flags = 0;
    page->next = page->prev = NULL;
}

static void give(struct page *page, unsigned order)
{
    uint32_t number = (uint32_t)(page - mem_map);
    free_count += 1u << order;
    while (order < MAX_ORDER) {
        uint32_t buddy = number ^ (1u << order);
        if (buddy + (1u << order) > frames || !(mem_map[buddy].flags & PG_FREE) ||
            mem_map[buddy].index != order)
            break;
        list_remove(&mem_map[buddy]);
        number &= ~(1u << order);
        order++;
    }
    list_add(&mem_map[number], order);
}

static struct page *take(unsigned order)
{
    unsigned at = order;
    while (at <= MAX_ORDER && !free_blocks[at])
        at++;
    if (at > MAX_ORDER)
        return NULL;
    struct page *page = free_blocks[at];
    list_remove(page);
    while (at > order) { /* keep the lower half, the upper one is free */
        at--;
        list_add(page + (1u << at), at);
    }
    free_count -= 1u << order;
    return page;
}

/* Enter a range of frames as the largest blocks that fit. */
static void give_range(uint32_t first, uint32_t end)
{
    while (first < end) {
        unsigned order = 0;
        while (order < MAX_ORDER && first % (2u << order) == 0 && first + (2u << order) <= end)
            order++;
        give(&mem_map[first], order);
        first += 1u << order;
    }
}

/* The first frame from `from` on that nobody has reserved. */
static uint32_t skip_reserved(uint32_t from)
{
    for (unsigned i = 0; i < reserved_count; i++) {
        if (from >= reserved[i].first && from < reserved[i].end) {
            from = reserved[i].end;
            i = (unsigned)-1; /* look at all of them again */
        }
    }
    return from;
}

static uint32_t next_reserved(uint32_t from)
{
    uint32_t next = frames;
    for (unsigned i = 0; i < reserved_count; i++)
        if (reserved[i].first >= from && reserved[i].first < next)
            next = reserved[i].first;
    return next;
}

/* The map of all frames lies behind the kernel, in the first room that is large enough. */
static uint32_t place_map(uint32_t map_frames)
{
    uint32_t first = skip_reserved((uint32_t)PHYSICAL(_kernel_end) / PAGE_SIZE);
    while (next_reserved(first) - first < map_frames)
        first = skip_reserved(next_reserved(first));
    return first;
}

void frames_init(uint32_t count)
{
    frames = count;
    uint32_t size = frames * (uint32_t)sizeof(struct page);
    uint32_t map_frames = (size + PAGE_SIZE - 1) / PAGE_SIZE;
    uint32_t map = place_map(map_frames);
    mem_map = POINTER(map * PAGE_SIZE);

    /* All are reserved at first. The copy runs upwards and reads what it wrote: one instruction
       fills the whole map. */
    mem_map[0] = (struct page){.count = 1, .flags = PG_RESERVED};
    memcpy(mem_map + 1, mem_map, size - sizeof(struct page));

    reserved[reserved_count].first = map;
    reserved[reserved_count++].end = map + map_frames;
    uint32_t at = skip_reserved((uint32_t)PHYSICAL(_kernel_end) / PAGE_SIZE);
    while (at < frames) {
        uint32_t end = next_reserved(at);
        memset(&mem_map[at], 0, (end - at) * sizeof(struct page));
        give_range(at, end);
        at = skip_reserved(end);
    }
    zero_frame = frame_alloc();
    page_of(zero_frame)->flags = PG_RESERVED;
}

uint32_t frames_total(void)
{
    return frames;
}

uint32_t frames_free(void)
{
    return free_count;
}

/* Every change of the count of a frame that a program may see is told. */
static void set_count(struct page *page, int count)
{
    if (page->flags & PG_USER)
        trace(TP_PAGE_REF, frame_of(page), (word)page->count, (word)count, 0, 0);
    page->count = count;
}

struct page *alloc_pages(uint32_t gfp, unsigned order)
{
    if (!(gfp & GFP_ATOMIC))
        keep_frames_free(1u << order);
    struct page *page = order <= MAX_ORDER ? take(order) : NULL;
    if (!page)
        return NULL;
    memset(page_address(page), 0, PAGE_SIZE << order);
    memset(page, 0, sizeof *page << order);
    for (unsigned i = 0; i < 1u << order; i++) {
        page[i].flags = gfp & GFP_USER ? PG_USER : 0;
        if (gfp & GFP_COMP && order > 0) {
            page[i].flags |= i == 0 ? PG_HEAD : PG_TAIL;
            page[i].index = order;
            page[i].next = page;
        }
    }
    set_count(page, 1);
    return page;
}

/* The frames of a block go back. One of its tails that somebody owns must not go with it: that is
   a bug of whoever frees, typically after split_page. */
static void release(struct page *page, unsigned order)
{
    bool owned = false;
    for (unsigned i = 1; i < 1u << order; i++)
        owned |= page[i].count != 0;
    if (owned)
        panic("a block of order %u at %08x is freed while its tails have owners", order,
              frame_of(page));
    memset(page, 0, sizeof *page << order);
    give(page, order);
}

void free_pages(struct page *page, unsigned order)
{
    if (page->count <= 0)
        panic("the frame at %08x is freed twice", frame_of(page));
    set_count(page, page->count - 1);
    if (page->count == 0)
        release(page, order);
}

void split_page(struct page *page, unsigned order)
{
    for (unsigned i = 1; i < 1u << order; i++)
        set_count(&page[i], 1);
}

struct page *compound_head(struct page *page)
{
    return page->flags & PG_TAIL ? page->next : page;
}

void get_page(struct page *page)
{
    struct page *head = compound_head(page);
    set_count(head, head->count + 1);
}

void put_page(struct page *page)
{
    struct page *head = compound_head(page);
    free_pages(head, head->flags & PG_HEAD ? head->index : 0);
}

uint32_t frame_alloc(void)
{
    struct page *page = alloc_pages(GFP_KERNEL, 0);
    return page ? frame_of(page) : 0;
}

void frame_free(uint32_t frame)
{
    free_pages(page_of(frame), 0);
}

uint32_t user_frame_alloc(void)
{
    struct page *page = alloc_pages(GFP_USER, 0);
    return page ? frame_of(page) : 0;
}

/* Neighbouring frames: a block is aligned to its size, as masking ESP needs it. */
_Static_assert(KERNEL_STACK_SIZE == PAGE_SIZE << KERNEL_STACK_ORDER, "stack_alloc");

void *stack_alloc(void)
{
    struct page *page = alloc_pages(GFP_KERNEL, KERNEL_STACK_ORDER);
    return page ? page_address(page) : NULL;
}

void stack_free(void *stack)
{
    free_pages(virt_to_page(stack), KERNEL_STACK_ORDER);
}
