/* The frames of RAM. A frame never used before costs nothing: `fresh` counts through RAM,
   stepping over what is taken, and only frames that came back are in a list. So the boot need
   not touch 16384 frames one by one. */
#include "mm/mm.h"
#include "trap/task.h"
#include "trap/tracepoint.h"

struct page *mem_map;
uint32_t zero_frame;

static uint32_t frames; /* of RAM */
static uint32_t fresh;  /* the lowest frame number never handed out */
static uint32_t used;   /* handed out and not back, reserved ones included */
static struct page *free_list;
static void *free_stacks; /* a list through the stacks' first words */

static struct {
    uint32_t first, end; /* frame numbers */
} reserved[32];
static unsigned reserved_count;

extern char _kernel_end[];

/* Keep the allocator off a range. Called before frames_init: the kernel's modules. */
void frames_reserve(word physical, word bytes)
{
    if (reserved_count == sizeof reserved / sizeof reserved[0])
        return;
    reserved[reserved_count].first = physical / PAGE_SIZE;
    reserved[reserved_count].end = (physical + bytes + PAGE_SIZE - 1) / PAGE_SIZE;
    reserved_count++;
}

/* The lowest n consecutive frames from `from` on that nobody has reserved, first frame a
   multiple of n. */
static uint32_t next_free(uint32_t from, uint32_t n, uint32_t alignment)
{
    uint32_t first = (from + alignment - 1) / alignment * alignment;
    for (unsigned i = 0; i < reserved_count; i++) {
        if (first < reserved[i].end && reserved[i].first < first + n) {
            first = (reserved[i].end + alignment - 1) / alignment * alignment;
            i = (unsigned)-1; /* look at all of them again */
        }
    }
    return first;
}

/* The pool begins after the kernel; its first frames hold the map of all. */
void frames_init(uint32_t count)
{
    frames = count;
    uint32_t map_frames = (frames * sizeof(struct page) + PAGE_SIZE - 1) / PAGE_SIZE;
    uint32_t first = next_free(PHYSICAL(_kernel_end) / PAGE_SIZE, map_frames, 1);
    mem_map = POINTER(first * PAGE_SIZE);
    memset(mem_map, 0, map_frames * PAGE_SIZE);
    fresh = first + map_frames;
    used = fresh;
    zero_frame = frame_alloc();
}

struct page *page_of(uint32_t frame)
{
    return &mem_map[frame / PAGE_SIZE];
}

uint32_t frame_of(const struct page *page)
{
    return (uint32_t)(page - mem_map) * PAGE_SIZE;
}

uint32_t frame_alloc(void)
{
    uint32_t frame;
    if (free_list) {
        struct page *page = free_list;
        free_list = page->next;
        memset(page, 0, sizeof *page);
        frame = frame_of(page);
    } else {
        uint32_t number = next_free(fresh, 1, 1);
        if (number >= frames)
            return 0;
        used += number - fresh;
        fresh = number + 1;
        frame = number * PAGE_SIZE;
    }
    used++;
    page_of(frame)->count = 1;
    memset(POINTER(frame), 0, PAGE_SIZE);
    return frame;
}

void frame_free(uint32_t frame)
{
    struct page *page = page_of(frame);
    memset(page, 0, sizeof *page);
    page->next = free_list;
    free_list = page;
    used--;
}

uint32_t frames_total(void)
{
    return frames;
}

uint32_t frames_free(void)
{
    return frames - used;
}

/* A frame for a program's memory: from its first owner to its last, every change of the count is
   told. */
uint32_t user_frame_alloc(void)
{
    uint32_t frame = frame_alloc();
    if (frame) {
        page_of(frame)->flags = PAGE_USER;
        trace(TP_PAGE_REF, frame, 0, 1, 0, 0);
    }
    return frame;
}

void page_get(struct page *page)
{
    if (page->flags & PAGE_USER)
        trace(TP_PAGE_REF, frame_of(page), page->count, page->count + 1, 0, 0);
    page->count++;
}

void page_put(struct page *page)
{
    if (page->flags & PAGE_USER)
        trace(TP_PAGE_REF, frame_of(page), page->count, page->count - 1, 0, 0);
    page->count--;
    if (page->count == 0)
        frame_free(frame_of(page));
}

/* A kernel stack is two neighbouring frames, aligned, so that masking ESP finds its end. Stacks
   go back to a list of their own. */
void *stack_alloc(void)
{
    if (free_stacks) {
        void *stack = free_stacks;
        free_stacks = *(void **)stack;
        return stack;
    }
    uint32_t n = KERNEL_STACK_SIZE / PAGE_SIZE;
    uint32_t number = next_free(fresh, n, n);
    if (number + n > frames)
        return NULL;
    for (; fresh < number; fresh++) { /* the frames we stepped over for alignment are still good */
        used++;
        if (next_free(fresh, 1, 1) == fresh)
            frame_free(fresh * PAGE_SIZE);
    }
    fresh += n;
    used += n;
    return POINTER(number * PAGE_SIZE);
}

void stack_free(void *stack)
{
    *(void **)stack = free_stacks;
    free_stacks = stack;
}
