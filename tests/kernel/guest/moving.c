/* mremap, madvise and mincore. */
#include "check.h"

#define M 0x30000000ul
#define FAR 0x38000000ul

static unsigned vmas(void)
{
    return (unsigned)stat_now().vmas;
}

static long move(const void *old, size_t old_length, size_t new_length, int flags, uintptr_t new)
{
    void *at = mremap((void *)old, old_length, new_length, flags, (void *)new);
    return at == MAP_FAILED ? -errno : (long)at;
}

static void refusals(void)
{
    char *four = map_at(M, 4 * PAGE, READ_WRITE);
    uintptr_t top = stat_now().task_size;
    const int to = MREMAP_MAYMOVE | MREMAP_FIXED;
    CHECK_IS(move(four, PAGE, PAGE, 4, 0), -EINVAL);
    CHECK_IS(move(four, PAGE, PAGE, MREMAP_FIXED, FAR), -EINVAL);
    CHECK_IS(move(four + 1, PAGE, PAGE, MREMAP_MAYMOVE, 0), -EINVAL);
    CHECK_IS(move(four, PAGE, 0, MREMAP_MAYMOVE, 0), -EINVAL);
    CHECK_IS(move(four - PAGE, PAGE, PAGE, MREMAP_MAYMOVE, 0), -EFAULT);
    CHECK_IS(move(four, 4 * PAGE, 5 * PAGE, 0, 0), -ENOMEM); /* it would have to move */
    CHECK_IS(move(four + PAGE, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE, 0), -EFAULT);
    CHECK_IS(move(four, 0, PAGE, MREMAP_MAYMOVE, 0), -EINVAL);
    CHECK_IS(move(four, PAGE, PAGE, to, FAR + 1), -EINVAL);
    CHECK_IS(move(four, PAGE, PAGE, to, top), -EINVAL);
    CHECK_IS(move(four, PAGE, 2 * PAGE, to, top - PAGE), -EINVAL);
    CHECK_IS(move(four, 2 * PAGE, 2 * PAGE, to, M + PAGE), -EINVAL); /* they overlap */
    CHECK_IS(move(four, PAGE, (size_t)-1, MREMAP_MAYMOVE, 0), -EINVAL);
    CHECK_IS(move(four, PAGE, (size_t)-PAGE, MREMAP_MAYMOVE, 0), -ENOMEM);
    munmap(four, 4 * PAGE);
}

static void pages_move_and_are_not_copied(void)
{
    unsigned before = vmas();
    char *four = map_at(M, 4 * PAGE, READ_WRITE);
    for (unsigned i = 0; i < 3; i++)
        four[i * PAGE + 7] = (char)(i + 1);
    *(volatile char *)map_at(FAR, PAGE, READ_WRITE) = 9; /* the page table is there; and it goes */
    struct lab_stat then = stat_now();
    CHECK_IS(move(four, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, FAR), (long)FAR);
    struct lab_stat now = stat_now();
    CHECK_IS(now.frames_free, then.frames_free + 1);
    CHECK_IS(now.resident, then.resident - 1);
    CHECK_IS(now.minor_faults, then.minor_faults);
    char *far = (char *)FAR;
    for (unsigned i = 0; i < 3; i++)
        CHECK_IS(far[i * PAGE + 7], (int)i + 1);
    CHECK(far[3 * PAGE] == 0 && far[5 * PAGE] == 0);
    CHECK_IS(lab_peek(four, 4, LAB_COPY), 4); /* nothing is left */
    CHECK_IS(vmas(), before + 1);
    munmap(far, 6 * PAGE);
    CHECK_IS(vmas(), before);
}

static void the_middle_moves(void)
{
    unsigned before = vmas();
    char *four = map_at(M, 4 * PAGE, READ_WRITE);
    four[PAGE] = 5;
    long at = move(four + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0);
    CHECK(at > 0 && *(char *)at == 5);
    CHECK_IS(vmas(), before + 3);
    munmap((void *)at, 2 * PAGE);
    munmap(four, 4 * PAGE);
    CHECK_IS(vmas(), before);
}

static void shrinking_stays(void)
{
    char *four = map_at(M, 4 * PAGE, READ_WRITE);
    four[0] = four[3 * PAGE] = 1;
    CHECK_IS(move(four, 4 * PAGE, 2 * PAGE + 1, 0, 0), (long)M);
    CHECK_IS(four[0], 1);
    CHECK_IS(lab_peek(four + 3 * PAGE, 1, LAB_COPY), 1);
    CHECK_IS(lab_peek(four + 2 * PAGE, 1, LAB_COPY), 0);
    CHECK_IS(move(four, 3 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, FAR), (long)FAR);
    CHECK_IS(lab_peek(four + PAGE, 1, LAB_COPY), 1);
    CHECK_IS(*(char *)FAR, 1);
    munmap((void *)FAR, PAGE);
}

static long advise(const void *address, size_t length, int advice)
{
    return madvise((void *)address, length, advice) == 0 ? 0 : -errno;
}

static void dont_need(void)
{
    char *four = map_at(M, 4 * PAGE, READ_WRITE);
    memset(four, 7, 4 * PAGE);
    uint32_t resident = stat_now().resident, free = stat_now().frames_free;
    CHECK_IS(advise(four + PAGE, 2 * PAGE - 5, MADV_DONTNEED), 0);
    CHECK_IS(stat_now().resident, resident - 2);
    CHECK_IS(stat_now().frames_free, free + 2);
    CHECK(four[PAGE] == 0 && four[2 * PAGE] == 0 && four[0] == 7 && four[3 * PAGE] == 7);
    CHECK_IS(advise(four, PAGE, 99), -EINVAL);
    CHECK_IS(advise(four + 1, PAGE, MADV_DONTNEED), -EINVAL);
    CHECK_IS(advise(four, (size_t)-1, MADV_DONTNEED), -EINVAL);
    CHECK_IS(advise(four, (size_t)-PAGE, MADV_DONTNEED), -EINVAL);
    CHECK_IS(advise(four, 0, MADV_DONTNEED), 0);
    CHECK_IS(advise(four, PAGE, MADV_WILLNEED), 0);
    munmap(four + PAGE, PAGE);
    CHECK_IS(advise(four, 4 * PAGE, MADV_DONTNEED), -ENOMEM); /* but it went over the hole */
    CHECK_IS(four[3 * PAGE], 0);
    munmap(four, 4 * PAGE);
}

static void in_core(void)
{
    unsigned char vector[80];
    char *many = map_at(M, 70 * PAGE, READ_WRITE);
    many[0] = many[2 * PAGE] = many[69 * PAGE] = 1;
    memset(vector, 0xEE, sizeof vector);
    CHECK_IS(mincore(many, 69 * PAGE + 1, vector), 0);
    CHECK(vector[0] == 1 && vector[1] == 0 && vector[2] == 1 && vector[68] == 0 && vector[69] == 1);
    CHECK_IS(vector[70], 0xEE);
    CHECK_IS(raw_call(SYS_mincore, M + 1, PAGE, (long)vector), -EINVAL);
    CHECK_IS(raw_call(SYS_mincore, M, 71 * PAGE, (long)vector), -ENOMEM);
    CHECK_IS(raw_call(SYS_mincore, M, (size_t)-PAGE, (long)vector), -ENOMEM);
    CHECK_IS(raw_call(SYS_mincore, M, PAGE, 0), -EFAULT);
    CHECK_IS(raw_call(SYS_mincore, M, 0, 0), 0);
    munmap(many, 70 * PAGE);
}

int main(void)
{
    refusals();
    pages_move_and_are_not_copied();
    the_middle_moves();
    shrinking_stays();
    dont_need();
    in_core();
    return checked();
}
