/* malloc: blocks that do not overlap, keep what is written, come back, and cost pages only when they are touched. */
#include "check.h"

#define BLOCKS 200

static unsigned char *block[BLOCKS];
static size_t size_of[BLOCKS];
static uint32_t state = 1;

static uint32_t random(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

static bool intact(unsigned i)
{
    for (size_t at = 0; at < size_of[i]; at++)
        if (block[i][at] != (unsigned char)(i + at))
            return false;
    return true;
}

static void fill(unsigned i)
{
    for (size_t at = 0; at < size_of[i]; at++)
        block[i][at] = (unsigned char)(i + at);
}

static void many_blocks(void)
{
    bool good = true, aligned = true;
    for (unsigned round = 0; round < 4000; round++) {
        unsigned i = random(BLOCKS), what = random(3);
        if (!block[i]) {
            size_of[i] = 1 + random(random(10) ? 200 : 9000);
            block[i] = malloc(size_of[i]);
        } else if (what == 0) {
            good = good && intact(i);
            free(block[i]);
            block[i] = NULL;
            continue;
        } else if (what == 1) {
            size_t old = size_of[i], wanted = 1 + random(400);
            good = good && intact(i);
            block[i] = realloc(block[i], wanted);
            size_of[i] = old < wanted ? old : wanted;
            good = good && intact(i);
            size_of[i] = wanted;
        } else {
            continue;
        }
        aligned = aligned && block[i] && (uintptr_t)block[i] % 8 == 0;
        fill(i);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        if (block[i]) {
            good = good && intact(i);
            free(block[i]);
        }
    CHECK(good);
    CHECK(aligned);
}

/* All is free: one block again, and the break need not move. */
static void what_is_free_becomes_one(void)
{
    char *before = sbrk(0);
    void *all = malloc(60000);
    CHECK(all && sbrk(0) == before);
    free(all);
}

static void errors(void)
{
    CHECK_IS(malloc(0), NULL);
    errno = 0;
    CHECK_IS(malloc(sizeof(long) == 8 ? (size_t)1 << 47 : 0xC0000000u), NULL);
    CHECK_IS(errno, ENOMEM);
    CHECK_IS(malloc((size_t)-1), NULL);
    CHECK_IS(calloc((size_t)1 << 4 * sizeof(size_t), ((size_t)1 << 4 * sizeof(size_t)) + 1), NULL);
    free(NULL);
    unsigned char *zero = malloc(64);
    memset(zero, 1, 64);
    free(zero);
    zero = calloc(8, 8);
    bool clear = true;
    for (unsigned i = 0; i < 64; i++)
        clear = clear && zero[i] == 0;
    CHECK(clear);
    free(zero);
}

static void touch(char *block, unsigned from, unsigned to)
{
    for (unsigned i = from; i <= to; i++)
        block[i * PAGE] = 1;
}

static void a_promise_costs_nothing(void)
{
    struct lab_stat before = stat_now();
    char *large = malloc(1000 * PAGE);
    CHECK(large);
    CHECK(stat_now().resident - before.resident <= 3); /* two headers', and code */
    touch(large, 1, 10); /* so that all code for it is there */
    struct lab_stat after = stat_now();
    touch(large, 11, 20);
    CHECK_IS(stat_now().resident, after.resident + 10);
    CHECK_IS(stat_now().minor_faults, after.minor_faults + 10);
}

int main(void)
{
    many_blocks();
    what_is_free_becomes_one();
    errors();
    a_promise_costs_nothing();
    return checked();
}
