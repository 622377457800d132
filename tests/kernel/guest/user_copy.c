/* The adversarial cases of user copies: what arrives, what it takes, and that nothing else is
   touched. The expected numbers are those of an oracle written apart from this kernel; the cases
   that need swap, devices, fork or mapped files are not here. Word accesses count as the i386
   loop makes them: words first, then bytes. */
#include "check.h"

#define M 0x20000000ul

enum direction { R, W };
/* What happens before the copy: nothing, or a page is made anew and not touched. */
enum state { ASIS, FRESH_3000, ZERO_3000 };

struct expectation {
    uint32_t left, page_faults, fixups, softwalks, kmaps, soft_faults;
};

struct copy_case {
    const char *name;
    enum direction direction;
    uintptr_t pointer;
    uint32_t n;
    enum state state;
    struct expectation segmented, flat, split; /* Linux 2.0's, 3G/1G, 4G/4G */
};

static uintptr_t top, kernel_pointer;
static bool segmented, kernel_is_here;
static const char never_read[4 * PAGE] __attribute__((aligned(4096))) = {1}; /* .rodata: pages of the file */
static uint8_t seen[LAB_BUFFER_SIZE];

static void make_arena(void)
{
    char *a = map_at(M, 2 * PAGE, READ_WRITE); /* and a hole behind it */
    map_at(M + 0x3000, PAGE, READ_WRITE);
    const volatile char *read_only = map_at(M + 0x5000, PAGE, PROT_READ);
    map_at(M + 0x7000, PAGE, PROT_NONE);
    char *left = map_at(M + 0xA000, PAGE, READ_WRITE);
    char *right = map_at(M + 0xB000, PAGE, READ_WRITE | PROT_EXEC); /* another VMA */
    for (unsigned i = 0; i < 2 * PAGE; i++)
        a[i] = (char)(i * 7 + 1);
    left[0] = right[0] = 1;
    CHECK_IS(*read_only, 0);
}

static void prepare(enum state state)
{
    if (state == ASIS)
        return;
    munmap((void *)(M + 0x3000), PAGE);
    char *page = map_at(M + 0x3000, PAGE, READ_WRITE);
    if (state == ZERO_3000)
        CHECK_IS(*(volatile char *)page, 0); /* maps the page of zeros, read-only */
}

static void run(const struct copy_case *c)
{
    prepare(c->state);
    lab_peek(never_read, 0, LAB_COPY);
    long left = c->direction == R ? lab_peek((void *)c->pointer, c->n, LAB_COPY)
                                  : lab_poke((void *)c->pointer, c->n, LAB_COPY);
    struct lab_stat s = stat_now();
    const struct expectation got = {(uintptr_t)left, s.last_page_faults, s.last_fixups,
                                    s.last_softwalks, s.last_kmaps, s.last_soft_faults};
    const struct expectation *expected = segmented ? &c->segmented
                                         : kernel_is_here     ? &c->flat
                                                              : &c->split;
#ifdef __x86_64__ /* byte by byte: of a word into the hole two bytes arrive */
    struct expectation wide = c->flat;
    if (c->pointer == M + 0x1FFE)
        wide.left -= 2;
    expected = &wide;
#endif
    bool same = memcmp(&got, expected, sizeof got) == 0;
    check(same, c->name, __FILE__, __LINE__);
    if (!same)
        printf("    left %u pf %u fx %u S %u K %u SF %u\n", (unsigned)got.left,
               (unsigned)got.page_faults, (unsigned)got.fixups, (unsigned)got.softwalks,
               (unsigned)got.kmaps, (unsigned)got.soft_faults);
}

/* Where the areas are asked first, nothing else happens but the faults of demand paging. */
#define ASKED(left, page_faults) {left, page_faults, 0, 0, 0, 0}

static void table(void)
{
    const struct copy_case cases[] = {
        {"A01 NULL", R, 0, 16, ASIS, ASKED(16, 0), {16, 1, 1, 0, 0, 0}, {16, 0, 0, 1, 0, 1}},
        {"A02 kernel pointer", R, kernel_pointer, 16, ASIS, ASKED(16, 0), {16, 0, 0, 0, 0, 0}, {16, 0, 0, 0, 0, 0}},
        {"A03 wrap-around", R, (uintptr_t)-16, 32, ASIS, ASKED(32, 0), {32, 0, 0, 0, 0, 0}, {32, 0, 0, 0, 0, 0}},
        {"A04 crosses TASK_SIZE", R, top - 8, 16, ASIS, ASKED(16, 0), {16, 0, 0, 0, 0, 0}, {8, 0, 0, 1, 1, 0}},
        {"A05 ends at TASK_SIZE", R, top - 16, 16, ASIS, ASKED(0, 0), {0, 0, 0, 0, 0, 0}, {0, 0, 0, 1, 1, 0}},
        {"A06 unmapped middle", R, M + 0x1F00, 0x2000, ASIS, ASKED(8192, 0), {7936, 1, 1, 0, 0, 0}, {7936, 0, 0, 2, 1, 1}},
        {"A07 pointer in hole", R, M + 0x2000, 16, ASIS, ASKED(16, 0), {16, 1, 1, 0, 0, 0}, {16, 0, 0, 1, 0, 1}},
        {"A08 read-only destination", W, M + 0x5000, 8, ASIS, ASKED(8, 0), {8, 1, 1, 0, 0, 0}, {8, 0, 0, 1, 0, 1}},
        {"A10 demand-zero read", R, M + 0x3000, 8, FRESH_3000, ASKED(0, 1), {0, 1, 0, 0, 0, 0}, {0, 0, 0, 2, 1, 1}},
        {"A11 demand-zero write", W, M + 0x3000, 8, FRESH_3000, ASKED(0, 1), {0, 1, 0, 0, 0, 0}, {0, 0, 0, 2, 1, 1}},
        {"A13 COW write", W, M + 0x3000, 8, ZERO_3000, ASKED(0, 1), {0, 1, 0, 0, 0, 0}, {0, 0, 0, 2, 1, 1}},
        {"A14 COW read", R, M + 0x3000, 8, ZERO_3000, ASKED(0, 0), {0, 0, 0, 0, 0, 0}, {0, 0, 0, 1, 1, 0}},
        {"A15 PROT_NONE read", R, M + 0x7000, 8, ASIS, ASKED(8, 0), {8, 1, 1, 0, 0, 0}, {8, 0, 0, 1, 0, 1}},
        {"A16 nothing from NULL", R, 0, 0, ASIS, ASKED(0, 0), {0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}},
        {"A17 nothing from the kernel", R, kernel_pointer, 0, ASIS, ASKED(0, 0), {0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}},
        {"A19 two VMAs", R, M + 0xAFF8, 16, ASIS, ASKED(0, 0), {0, 0, 0, 0, 0, 0}, {0, 0, 0, 2, 2, 0}},
        {"A21 a word on two pages", R, M + 0x0FFE, 4, ASIS, ASKED(0, 0), {0, 0, 0, 0, 0, 0}, {0, 0, 0, 2, 2, 0}},
        {"A22 a word into the hole", R, M + 0x1FFE, 4, ASIS, ASKED(4, 0), {4, 1, 1, 0, 0, 0}, {2, 0, 0, 2, 1, 1}},
        {"A23 two words into the hole", R, M + 0x1FFE, 8, ASIS, ASKED(8, 0), {8, 1, 1, 0, 0, 0}, {6, 0, 0, 2, 1, 1}},
        {"A24 page of the file", R, (uintptr_t)never_read, 8, ASIS, ASKED(0, 1), {0, 1, 0, 0, 0, 0}, {0, 0, 0, 2, 1, 1}},
        {"A26 write to the file's page", W, (uintptr_t)never_read + PAGE, 8, ASIS, ASKED(8, 0), {8, 1, 1, 0, 0, 0}, {8, 0, 0, 1, 0, 1}},
        {"a word and a tail are left", R, M + 0x1FF8, 15, ASIS, ASKED(15, 0), {7, 1, 1, 0, 0, 0}, {7, 0, 0, 2, 1, 1}},
        {"only the tail is left", R, M + 0x1FF8, 11, ASIS, ASKED(11, 0), {3, 1, 1, 0, 0, 0}, {3, 0, 0, 2, 1, 1}},
        {"A27 one byte, then the hole", R, M + 0x1FFF, 2, ASIS, ASKED(2, 0), {1, 1, 1, 0, 0, 0}, {1, 0, 0, 2, 1, 1}},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
        run(&cases[i]);
}

/* What the lab buffer holds now. */
static const uint8_t *buffer(void)
{
    CHECK_IS(lab_poke(seen, sizeof seen, LAB_COPY), 0);
    return seen;
}

static void fill_buffer(uint8_t byte)
{
    static uint8_t full[LAB_BUFFER_SIZE];
    memset(full, byte, sizeof full);
    CHECK_IS(lab_peek(full, sizeof full, LAB_COPY), 0);
}

static bool all(const uint8_t *bytes, unsigned n, uint8_t value)
{
    while (n > 0 && bytes[n - 1] == value)
        n--;
    return n == 0;
}

static void bytes_arrive_and_the_tail_is_zero(void)
{
    fill_buffer(0xEE);
    unsigned arrive = segmented ? 0 : 256; /* Linux 2.0 asks for the whole range first */
    CHECK_IS(lab_peek((void *)(M + 0x1F00), 0x1000, LAB_COPY), 0x1000 - arrive);
    const uint8_t *b = buffer();
    CHECK(memcmp(b, (void *)(M + 0x1F00), arrive) == 0);
    CHECK(all(b + arrive, 0x1000 - arrive, 0));
    CHECK(all(b + 0x1000, 0x1000, 0xEE));
    fill_buffer(0xEE);
    CHECK_IS(lab_peek((void *)kernel_pointer, 16, LAB_COPY), 16);
    CHECK(all(buffer(), 16, 0));
    for (unsigned n = 0; n < 12; n++) { /* every remainder of the word loop, at every alignment */
        fill_buffer(0xEE);
        CHECK_IS(lab_peek((void *)(M + PAGE - n), n + 3, LAB_COPY), 0);
        b = buffer();
        CHECK(memcmp(b, (void *)(M + PAGE - n), n + 3) == 0);
        CHECK(b[n + 3] == 0xEE);
    }
}

static void writes_stop_where_they_must(void)
{
    char *page = map_at(M + 0x4000, PAGE, READ_WRITE);
    fill_buffer('x');
    CHECK_IS(lab_poke(page + PAGE - 8, 16, LAB_COPY), segmented ? 16 : 8);
    CHECK(memcmp(page + PAGE - 9, segmented ? "\0\0\0\0\0\0\0\0\0" : "\0xxxxxxxx", 9) == 0);
    CHECK_IS(*(volatile char *)(M + 0x5000), 0);
    munmap(page, PAGE);
}

static void words_and_strings(void)
{
    uint32_t word = 0x12345678;
    CHECK_IS(lab_peek(&word, 0, LAB_WORD), 0);
    CHECK(memcmp(buffer(), &word, 4) == 0);
    CHECK_IS(lab_peek((void *)(M + 0x1FFE), 0, LAB_WORD), -EFAULT);
    CHECK_IS(lab_peek((void *)kernel_pointer, 0, LAB_WORD), -EFAULT);
    CHECK_IS(lab_peek((void *)(top - 2), 0, LAB_WORD), -EFAULT);
    fill_buffer(0x5A);
    CHECK_IS(lab_poke(&word, 0, LAB_WORD), 0);
    CHECK_IS(word, 0x5A5A5A5A);
    CHECK_IS(lab_poke((void *)(M + 0x5000), 0, LAB_WORD), -EFAULT);
    CHECK_IS(lab_poke((void *)(top - 2), 0, LAB_WORD), -EFAULT);

    CHECK_IS(lab_peek("twelve bytes", 100, LAB_STRING), 12);
    CHECK(memcmp(buffer(), "twelve bytes", 13) == 0);
    CHECK_IS(lab_peek("twelve bytes", 5, LAB_STRING), 5);
    char *edge = (char *)(M + 2 * PAGE - 4);
    memcpy(edge, "abc", 4);
    CHECK_IS(lab_peek(edge, 100, LAB_STRING), 3); /* ends before the hole */
    edge[3] = 'd';
    CHECK_IS(lab_peek(edge, 100, LAB_STRING), -EFAULT);
    CHECK_IS(lab_peek(edge, 4, LAB_STRING), 4);
    CHECK_IS(lab_peek(NULL, 4, LAB_STRING), -EFAULT);
    CHECK_IS(lab_peek((void *)kernel_pointer, 4, LAB_STRING), -EFAULT);

    char some[16];
    memset(some, 'y', sizeof some);
    CHECK_IS(lab_poke(some + 1, 9, LAB_STRING), 0); /* clear_user */
    CHECK(some[0] == 'y' && some[10] == 'y' && all((uint8_t *)some + 1, 9, 0));
    CHECK_IS(lab_poke((void *)(M + 2 * PAGE - 6), 10, LAB_STRING), segmented ? 10 : 4);
    CHECK_IS(lab_poke((void *)kernel_pointer, 10, LAB_STRING), 10);
}

static void refusals(void)
{
    CHECK_IS(lab_peek((void *)M, LAB_BUFFER_SIZE + 1, LAB_COPY), -EINVAL);
#ifdef __x86_64__ /* begun, and refused by the copy */
    CHECK_IS(lab_peek((void *)M, 0x80000000u, LAB_COPY), 0x80000000u);
    CHECK_IS(lab_poke((void *)M, 0x80000000u, LAB_COPY), 0x80000000u);
#else
    CHECK_IS(lab_peek((void *)M, 0x80000000u, LAB_COPY), -EINVAL);
#endif
    CHECK_IS(lab_peek((void *)M, 1, (enum lab_how)99), -EINVAL);
    CHECK_IS(lab_poke((void *)M, LAB_BUFFER_SIZE + 1, LAB_COPY), -EINVAL);
    CHECK_IS(lab_poke((void *)M, 1, (enum lab_how)-1), -EINVAL);
    CHECK_IS(raw_call(SYS_lab_stat, (long)kernel_pointer, 16, 0), -EFAULT);
    CHECK_IS(raw_call(SYS_lab_stat, (long)seen, 8, 0), 8);
}

/* The bug that a range check prevents: without it, 3G/1G copies the kernel's own memory to
   whoever asks. Under 4G/4G there is no number by which to ask. With segments there is none
   either, and to ask without a check is the end. */
static void leak(void)
{
    uintptr_t secret = stat_now().secret;
    fill_buffer(0);
    if (segmented) {
        CHECK(secret < 0x01000000u);
        map_at(secret & ~(PAGE - 1), 2 * PAGE, READ_WRITE);
        memcpy((void *)secret, "U-SECRET", 9);
        CHECK_IS(lab_peek((void *)secret, 9, LAB_COPY), 0); /* the same number, through FS */
        CHECK(memcmp(buffer(), "U-SECRET", 9) == 0);
    } else if (kernel_is_here) {
        CHECK_IS(lab_peek((void *)secret, 9, LAB_UNCHECKED), 0);
        CHECK(memcmp(buffer(), "K-SECRET", 9) == 0);
    } else {
        CHECK_IS(lab_peek((void *)secret, 9, LAB_UNCHECKED), 9);
        CHECK_IS(buffer()[0], 0);
    }
    CHECK_IS(lab_peek((void *)secret, 9, LAB_NAIVE), 0);
    CHECK(memcmp(buffer(), "K-SECRET", 9) == 0);
    CHECK_IS(lab_peek((void *)secret, 9, LAB_COPY), segmented ? 0 : 9);
}

int main(void)
{
    top = stat_now().task_size;
    segmented = stat_now().page_offset == 0;
    kernel_is_here = top == 0xC0000000u;
    kernel_pointer = kernel_is_here ? 0xC0001000u : 0xFF801000u;
#ifdef __x86_64__
    kernel_is_here = true;
    kernel_pointer = 0xFFFF888000001000u;
#endif
    CHECK_IS(stat_now().size, sizeof(struct lab_stat));
    make_arena();
    table();
    bytes_arrive_and_the_tail_is_zero();
    writes_stop_where_they_must();
    words_and_strings();
    refusals();
    leak();
    return checked();
}
