/* mprotect: the order of its refusals, what it does to the list of VMAs, and what an access finds
   afterwards. The expected answers are a real Linux's. */
#include "check.h"

#define M 0x30000000ul
#define SIGSEGV 11

static char *six;
static unsigned before;

static unsigned vmas(void)
{
    return (unsigned)stat_now().vmas - before;
}

static long protect(const void *address, size_t length, int prot)
{
    return mprotect((void *)address, length, prot) == 0 ? 0 : -errno;
}

/* What happens to a process that does this? Its wait status. */
static int outcome(void (*access)(volatile char *), volatile char *address)
{
    int status = -1, pid = fork();
    if (pid == 0) {
        access(address);
        exit(0);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void load(volatile char *address)
{
    (void)*address;
}

static void store(volatile char *address)
{
    *address = 1;
}

static void refusals_in_order(void)
{
    uintptr_t top = stat_now().task_size;
    char *hole = six + 6 * PAGE;
    CHECK_IS(protect(six + 1, PAGE, PROT_GROWSDOWN | PROT_GROWSUP), -EINVAL);
    CHECK_IS(protect(six + 1, PAGE, PROT_READ), -EINVAL);
    CHECK_IS(protect(six + 1, 0, PROT_READ), -EINVAL);
    CHECK_IS(protect(hole, 0, PROT_READ), 0);
    CHECK_IS(protect((void *)0x1000, 0, 0x1000), 0);
    CHECK_IS(protect(six, (size_t)-1, PROT_READ), -ENOMEM); /* rounds to 0 */
    CHECK_IS(protect(six, (uintptr_t)0 - (uintptr_t)six, PROT_READ), -ENOMEM);
    CHECK_IS(protect(six, (size_t)-PAGE, PROT_READ), -ENOMEM); /* wraps */
    CHECK_IS(protect(hole, PAGE, 0x1000), -EINVAL);
    CHECK_IS(protect(six, PAGE, 0x80), -EINVAL);
    CHECK_IS(protect(hole, PAGE, PROT_READ), -ENOMEM);
    CHECK_IS(protect(six - PAGE, 2 * PAGE, PROT_READ), -ENOMEM);
    CHECK_IS(protect((void *)top, PAGE, PROT_READ), -ENOMEM);
    CHECK_IS(protect((void *)-PAGE, PAGE, PROT_READ), -ENOMEM);
    CHECK_IS(protect(six, PAGE, PROT_READ | PROT_GROWSUP), -EINVAL);
    CHECK_IS(protect(six, PAGE, PROT_READ | PROT_GROWSDOWN), -EINVAL);
    CHECK_IS(protect(six, PAGE, READ_WRITE | PROT_SEM), 0);
    CHECK_IS(vmas(), 1);
}

static void splits_and_merges(void)
{
    CHECK_IS(protect(six + PAGE, PAGE, PROT_READ), 0);
    CHECK_IS(vmas(), 3);
    CHECK_IS(outcome(store, six + PAGE), SIGSEGV);
    CHECK_IS(outcome(load, six + PAGE), 0);
    CHECK_IS(outcome(store, six + 2 * PAGE), 0);
    CHECK_IS(protect(six + 2 * PAGE, 1, PROT_READ), 0); /* joins the one below */
    CHECK_IS(vmas(), 3);
    CHECK_IS(protect(six, PAGE, PROT_READ), 0); /* and the one above */
    CHECK_IS(vmas(), 2);
    CHECK_IS(protect(six, 3 * PAGE, READ_WRITE), 0);
    CHECK_IS(vmas(), 1);
    CHECK_IS(protect(six + PAGE, 4 * PAGE, PROT_NONE), 0);
    CHECK_IS(vmas(), 3);
    CHECK_IS(outcome(load, six + 4 * PAGE), SIGSEGV);
    CHECK_IS(protect(six, 6 * PAGE, READ_WRITE), 0); /* three VMAs by one call */
    CHECK_IS(vmas(), 1);
}

/* What the call did before it met the hole stays done. */
static void a_hole_ends_it(void)
{
    munmap(six + 6 * PAGE, PAGE);
    CHECK_IS(protect(six + 4 * PAGE, 3 * PAGE, PROT_READ), -ENOMEM);
    CHECK_IS(vmas(), 2);
    CHECK_IS(outcome(store, six + 4 * PAGE), SIGSEGV);
    CHECK_IS(outcome(store, six + 3 * PAGE), 0);
    CHECK_IS(protect(six + 4 * PAGE, 2 * PAGE, READ_WRITE), 0);
    CHECK_IS(vmas(), 1);
}

static void bytes_survive(void)
{
    for (unsigned i = 0; i < 6; i++)
        six[i * PAGE] = (char)(i + 1);
    static int rights[] = {PROT_NONE, PROT_READ, PROT_EXEC, READ_WRITE, PROT_NONE, READ_WRITE};
    rights[0] = PROT_NONE; /* its page is here */
    uint32_t free = stat_now().frames_free, resident = stat_now().resident;
    for (unsigned i = 0; i < sizeof rights / sizeof rights[0]; i++)
        CHECK_IS(protect(six, 6 * PAGE, rights[i]), 0);
    CHECK_IS(stat_now().frames_free, free); /* mprotect takes no page */
    CHECK_IS(stat_now().resident, resident);
    for (unsigned i = 0; i < 6; i++)
        CHECK_IS(six[i * PAGE], (int)i + 1);
}

/* To take away works at once; to give back is lazy: the page stays read-only for the CPU until the
   first write faults, and then it need not be copied. */
static void revoking_and_granting(void)
{
    six[0] = 1;
    protect(six, PAGE, PROT_READ);
    CHECK_IS(lab_poke(six, 4, LAB_COPY), 4);
    protect(six, PAGE, READ_WRITE);
    struct lab_stat then = stat_now();
    six[0] = 2;
    CHECK_IS(stat_now().minor_faults, then.minor_faults + 1);
    CHECK_IS(stat_now().frames_free, then.frames_free);
    six[1] = 3;
    CHECK_IS(stat_now().minor_faults, then.minor_faults + 1);
}

/* A page never touched has no entry for mprotect to change; the VMA's word counts. */
static void untouched_pages(void)
{
    char *fresh = map_at(M + 0x100000, 2 * PAGE, READ_WRITE);
    uint32_t resident = stat_now().resident;
    CHECK_IS(protect(fresh, PAGE, PROT_READ), 0);
    CHECK_IS(stat_now().resident, resident);
    CHECK_IS(outcome(store, fresh), SIGSEGV);
    CHECK_IS(fresh[0], 0);
    CHECK_IS(protect(fresh, PAGE, PROT_NONE), 0);
    CHECK_IS(lab_peek(fresh, 4, LAB_COPY), 4);
    CHECK_IS(outcome(load, fresh), SIGSEGV);
    munmap(fresh, 2 * PAGE);
}

/* Without NX whoever may do anything may read and execute; only writing is a right of its own. */
static void rights_of_i386(void)
{
    protect(six, PAGE, PROT_WRITE);
    CHECK_IS(outcome(load, six), 0);
    CHECK_IS(outcome(store, six), 0);
    protect(six, PAGE, PROT_EXEC);
    CHECK_IS(outcome(load, six), 0);
    CHECK_IS(outcome(store, six), SIGSEGV);
    protect(six, PAGE, READ_WRITE);
}

static void at_the_limit(void)
{
    char *many = map_at(M + 0x200000, 130 * PAGE, READ_WRITE);
    unsigned made = 0;
    while (made < 64 && protect(many + (2 * made + 1) * PAGE, PAGE, PROT_READ) == 0)
        made++;
    CHECK_IS(errno, ENOMEM);
    unsigned count = (unsigned)stat_now().vmas;
    CHECK(count == 63 || count == 64);
    CHECK_IS(protect(many + 129 * PAGE, PAGE, PROT_EXEC), count == 64 ? -ENOMEM : 0);
    CHECK_IS(protect(many + PAGE, PAGE, READ_WRITE), 0); /* fewer are always welcome */
    munmap(many, 130 * PAGE);
}

static void the_stack(void)
{
    uintptr_t top = stat_now().task_size;
    char *end = (char *)(top - PAGE);
    int pid = fork(), status;
    if (pid == 0) /* from the last page down to the VMA's start, wherever that is */
        exit(protect(end, PAGE, PROT_READ | PROT_EXEC | PROT_WRITE | PROT_GROWSDOWN) ? 1 : 0);
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
}

int main(void)
{
    before = (unsigned)stat_now().vmas;
    six = map_at(M, 6 * PAGE, READ_WRITE);
    refusals_in_order();
    splits_and_merges();
    a_hole_ends_it();
    bytes_survive();
    revoking_and_granting();
    untouched_pages();
    rights_of_i386();
    at_the_limit();
    the_stack();
    return checked();
}
