/* The swap disk, on a machine that has one: what goes there, what comes back, and who shares it. */
#include "check.h"

#define M 0x30000000ul
#define SIGKILL 9

static int outcome_of_child(void (*work)(void))
{
    int status = -1, pid = fork();
    if (pid == 0) {
        work();
        exit(checks_failed ? 1 : 0);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void refusals(void)
{
    CHECK_IS(swapon(1), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(swapon(4097), -1);
    CHECK_IS(lab_evict((void *)M), -EFAULT);
    char *page = map_at(M, 2 * PAGE, READ_WRITE);
    CHECK_IS(lab_evict(page), -ENOENT);
    CHECK_IS(*(volatile char *)page, 0);
    CHECK_IS(lab_evict(page), -EINVAL); /* the page of zeros is everybody's */
    page[PAGE] = 1;
    munmap(page, 2 * PAGE);
    CHECK_IS(swapon(64), -1); /* it is on */
    CHECK_IS(errno, EBUSY);
    CHECK_IS(stat_now().swap_slots, 63);
    CHECK_IS(stat_now().swap_slots_free, 63);
}

/* Out by a write, back by a read with the slot kept: out again costs nothing. A write gives it up. */
static void there_and_back(void)
{
    char *page = map_at(M, PAGE, READ_WRITE);
    memset(page, 0x5A, PAGE);
    struct lab_stat s = stat_now();
    CHECK_IS(lab_evict(page + 5), 0);
    struct lab_stat out = stat_now();
    CHECK_IS(out.pswpout, s.pswpout + 1);
    CHECK_IS(out.frames_free, s.frames_free + 1);
    CHECK_IS(out.resident, s.resident - 1);
    CHECK_IS(out.swapped, 1);
    CHECK_IS(out.swap_slots_free, 62);
    CHECK_IS(page[17], 0x5A);
    struct lab_stat in = stat_now();
    CHECK_IS(in.pswpin, s.pswpin + 1);
    CHECK_IS(in.major_faults, s.major_faults + 1);
    CHECK_IS(in.swap_slots_free, 62);
    CHECK_IS(in.swapped, 0);
    CHECK_IS(lab_evict(page), 0);
    CHECK_IS(stat_now().pswpout, out.pswpout);
    page[0] = 1;
    struct lab_stat written = stat_now();
    CHECK_IS(written.swap_slots_free, 63);
    CHECK_IS(written.major_faults, in.major_faults + 1);
    CHECK_IS(written.minor_faults, in.minor_faults);
    CHECK(page[0] == 1 && page[1] == 0x5A && page[PAGE - 1] == 0x5A);
    lab_evict(page);
    munmap(page, PAGE);
    CHECK_IS(stat_now().swap_slots_free, 63);
}

/* What mprotect and mremap find in swap they leave there. */
static void areas_change_pages_stay(void)
{
    char *page = map_at(M, 2 * PAGE, READ_WRITE);
    page[0] = 3;
    lab_evict(page);
    uint32_t in = stat_now().pswpin;
    CHECK_IS(mprotect(page, PAGE, PROT_READ), 0);
    CHECK(mremap(page, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)(M + 0x10000)) ==
          (void *)(M + 0x10000));
    CHECK_IS(stat_now().pswpin, in);
    page = (char *)(M + 0x10000);
    CHECK_IS(lab_poke(page, 1, LAB_COPY), 1);
    CHECK_IS(page[0], 3);
    unsigned char there;
    CHECK_IS(mincore(page, PAGE, &there), 0);
    CHECK_IS(there, 1);
    munmap((void *)M, 2 * PAGE);
    munmap(page, PAGE);
}

/* fork, evict, and the child writes: both had the slot, the child has a copy, the parent has it
   still. */
static char *shared_page;
static void child_writes(void)
{
    CHECK_IS(stat_now().swapped, 1);
    shared_page[1] = 'c';
    struct lab_stat s = stat_now();
    CHECK_IS(s.swapped, 0);
    CHECK_IS(s.swap_slots_free, 62); /* the parent's */
    CHECK(shared_page[0] == 'p' && shared_page[1] == 'c');
}

static void slots_are_shared(void)
{
    shared_page = map_at(M, PAGE, READ_WRITE);
    shared_page[0] = shared_page[1] = 'p';
    lab_evict(shared_page);
    CHECK_IS(outcome_of_child(child_writes), 0);
    CHECK_IS(shared_page[1], 'p');
    int pid = fork(), status; /* the page of both goes, whoever asks */
    if (pid == 0) {
        CHECK_IS(lab_evict(shared_page), 0);
        CHECK_IS(shared_page[1], 'p');
        exit(checks_failed);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
    CHECK_IS(stat_now().swapped, 1);
    CHECK_IS(shared_page[1], 'p');
    munmap(shared_page, PAGE);
    CHECK_IS(stat_now().swap_slots_free, 63);
}

/* A page of the program's text need not be written anywhere. */
static const char constant[2 * PAGE] __attribute__((aligned(4096))) = "constant";
static void clean_pages_are_dropped(void)
{
    CHECK_IS(constant[0], 'c');
    struct lab_stat s = stat_now();
    CHECK_IS(lab_evict(constant), 0);
    CHECK_IS(stat_now().pswpout, s.pswpout);
    CHECK_IS(stat_now().frames_cached, s.frames_cached - 1);
    CHECK_IS(constant[0], 'c');
    CHECK_IS(stat_now().major_faults, s.major_faults + 1);
}

/* Memory that two share without a file goes to swap too, and is still shared when it returns. */
static void child_changes(void)
{
    CHECK_IS(shared_page[0], 'p');
    shared_page[0] = 'c';
}

static void shared_memory(void)
{
    shared_page = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared_page[0] = 'p';
    struct lab_stat s = stat_now();
    CHECK_IS(lab_evict(shared_page), 0);
    CHECK_IS(stat_now().pswpout, s.pswpout + 1);
    CHECK_IS(stat_now().frames_cached, s.frames_cached - 1);
    CHECK_IS(outcome_of_child(child_changes), 0);
    CHECK_IS(shared_page[0], 'c');
    lab_evict(shared_page);
    CHECK_IS(shared_page[0], 'c');
    munmap(shared_page, PAGE);
    CHECK_IS(stat_now().swap_slots_free, 63);
}

/* A copy by the kernel brings pages back as the program's own access would. */
static void copies(void)
{
    char *page = map_at(M, 2 * PAGE, READ_WRITE);
    page[0] = page[PAGE] = 7;
    mprotect(page + PAGE, PAGE, PROT_READ);
    lab_evict(page);
    if (stat_now().page_offset != 0) /* else there is no way out of a fault in a copy */
        CHECK_IS(lab_peek(page, 8, LAB_ATOMIC), 8);
    CHECK_IS(lab_peek(page, 8, LAB_COPY), 0);
    CHECK_IS(stat_now().last_major_faults, 1);
    lab_evict(page);
    CHECK_IS(lab_poke(page + PAGE - 8, 16, LAB_COPY), stat_now().page_offset == 0 ? 16 : 8);
    CHECK_IS(stat_now().last_major_faults, stat_now().page_offset != 0);
    munmap(page, 2 * PAGE);
}

/* More memory than there is, and what is used all the time stays. The child takes it all. */
static void greedy(void)
{
    uint32_t free = (uintptr_t)stat_now().frames_free, more = free + 40;
    char *all = map_at(M, more * PAGE, READ_WRITE);
    volatile char *hot = map_at(0x28000000u, PAGE, READ_WRITE);
    hot[0] = 1;
    for (uint32_t i = 0; i < more; i++) {
        all[i * PAGE] = (char)i;
        hot[0]++;
    }
    CHECK(stat_now().pswpout > 40);
    uint32_t wrong = 0, major = (uintptr_t)stat_now().major_faults;
    for (uint32_t i = 0; i < more; i += 64)
        wrong += all[i * PAGE] != (char)i;
    CHECK_IS(wrong, 0);
    lab_stat((struct lab_stat *)all);
    CHECK(((struct lab_stat *)all)->major_faults >= major);
}

static void too_greedy(void)
{
    char *all = map_at(M, 0x08000000u, READ_WRITE);
    for (uint32_t at = 0; at < 0x08000000u; at += PAGE)
        all[at] = 1;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (swapon(64) == -1 && errno == ENODEV && lab_evict(&argc) == -ENOMEM) {
        printf("there is no disk\n");
        return 0;
    }
    refusals();
    there_and_back();
    areas_change_pages_stay();
    slots_are_shared();
    clean_pages_are_dropped();
    shared_memory();
    copies();
    if (argc > 1) { /* with little RAM, or it takes long */
        CHECK_IS(outcome_of_child(greedy), 0);
        CHECK_IS(stat_now().swapped, 0);
        CHECK_IS(outcome_of_child(too_greedy), SIGKILL);
        CHECK_IS(stat_now().swap_slots_free, 63);
    }
    return checked();
}
