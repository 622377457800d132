#include "task/preempt.h"

#include "task/sched.h"

static uint32_t points; /* reached since boot */

/* Marsaglia's xorshift: short, and every seed but 0 gives each number once in 2^32 - 1. */
static uint32_t random(void)
{
    static uint32_t state;
    if (!state)
        state = options.seed * 2654435769u + 1;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static bool at_random(void)
{
    return strcmp(options.preempt, "random") == 0;
}

static bool is_number(const char *text, uint32_t number)
{
    uint32_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (uint32_t)(*text - '0');
    return *text == 0 && value == number;
}

void preempt_here(const char *name)
{
    points++;
    bool named = strcmp(options.preempt, name) == 0 || is_number(options.preempt, points);
    if (named || (at_random() && random() % 2 == 0))
        schedule();
}

uint32_t time_slice(void)
{
    uint32_t choice = options.slice - SLICE_SHORTEST + 1;
    return at_random() ? SLICE_SHORTEST + random() % choice : options.slice;
}
