/* Debug registers: what hits, when it is told, whose they are, and what becomes of a hit by the
   kernel (argument: ignore, signal or count, as the kernel's option says). */
#include "check.h"

static volatile uint32_t watched[4] __attribute__((aligned(16)));
static volatile int hits, code, quiet;
static volatile uintptr_t eip;
static volatile uint32_t value_seen;

static void hit(int signal, struct siginfo *info, struct ucontext *at)
{
    (void)signal;
    hits++;
    code = info->si_code;
    eip = at->registers.CONTEXT_IP;
    if (!quiet)
        value_seen = watched[1];
}

#define ENABLE(n) (1ul << (2 * (n)))
#define WRITES(n) (1ul << (16 + 4 * (n)))
#define ACCESSES(n) (3ul << (16 + 4 * (n)))
#define LENGTH(n, bytes) ((unsigned long)((bytes)-1) << (18 + 4 * (n)))

static void user_stores(void)
{
    uintptr_t here = 0;
    hits = 0;
    CHECK_IS(lab_dr(0, (unsigned long)&watched[1]), 0);
    CHECK_IS(lab_dr(7, ENABLE(0) | WRITES(0) | LENGTH(0, 4)), 0);
    __asm__ volatile("movl $7, %1\nmovl $., %k0\n" : "=r"(here), "=m"(watched[1]));
    CHECK_IS(hits, 1);
    CHECK_IS(code, TRAP_HWBKPT);
    CHECK_IS(eip, here);      /* behind the store */
    CHECK_IS(value_seen, 7);  /* which has been made */
    watched[1] = 7;           /* the same value */
    CHECK_IS(hits, 2);
    watched[2] = 1;
    watched[0] = 1;
    CHECK_IS(hits, 2);
    *(volatile uint32_t *)((char *)watched + 2) = 0; /* overlaps by two bytes */
    CHECK_IS(hits, 3);
    value_seen = watched[1]; /* a read */
    CHECK_IS(hits, 3);
    quiet = 1; /* a hit by the handler itself, while its signal is blocked, would kill */
    CHECK_IS(lab_dr(7, ENABLE(0) | ACCESSES(0) | LENGTH(0, 4)), 0);
    value_seen = watched[1];
    CHECK_IS(hits, 4);
    CHECK_IS(lab_dr(7, 0), 0);
    hits = 0;
    watched[1] = 1;
    CHECK_IS(hits, 0);
}

/* A string store is told at every one of its iterations. */
static void string_stores(void)
{
    hits = 0;
    lab_dr(0, (unsigned long)&watched[0]);
    lab_dr(7, ENABLE(0) | WRITES(0) | LENGTH(0, 4));
    void *to = (void *)watched;
    unsigned long n = 16;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(3) : "memory");
    lab_dr(7, 0);
    CHECK_IS(hits, 4);
    CHECK_IS(watched[3], 0x03030303);
}

__asm__(".text\nplace: movl $5, %eax\nret\n");
int place(void);

/* An instruction is told before it runs, and then runs. */
static void execution(void)
{
    hits = 0;
    lab_dr(1, (unsigned long)place);
    CHECK_IS(lab_dr(7, ENABLE(1)), 0);
    CHECK_IS(place(), 5);
    CHECK_IS(hits, 1);
    CHECK_IS(eip, place);
    CHECK_IS(place(), 5);
    CHECK_IS(hits, 2);
    lab_dr(7, 0);
}

static int error_of(unsigned n, unsigned long value)
{
    return lab_dr(n, value) == 0 ? 0 : errno;
}

static void rules(void)
{
    unsigned long top = stat_now().task_size;
    lab_dr(7, 0);
    CHECK_IS(error_of(4, 0), EIO);
    CHECK_IS(error_of(5, 0), EIO);
    CHECK_IS(error_of(8, 0), EIO);
    CHECK_IS(error_of(0, top), EIO);
    CHECK_IS(error_of(0, top - 3), EIO);
    CHECK_IS(error_of(0, top - 4), 0);
    CHECK_IS(error_of(0, (unsigned long)-4), EIO);
    CHECK_IS(error_of(0, (unsigned long)watched + 2), 0);
    CHECK_IS(error_of(7, ENABLE(0) | WRITES(0) | LENGTH(0, 4)), EINVAL); /* not aligned */
    CHECK_IS(error_of(7, ENABLE(0) | WRITES(0) | LENGTH(0, 2)), 0);
    CHECK_IS(error_of(0, (unsigned long)watched + 1), EINVAL);
    lab_dr(7, 0);
    CHECK_IS(error_of(7, ENABLE(1) | 2ul << 20), EIO);            /* ports */
#ifdef __x86_64__
    CHECK_IS(error_of(1, (unsigned long)watched + 4), 0);
    CHECK_IS(error_of(7, ENABLE(1) | WRITES(1) | 2ul << 22), EINVAL); /* eight bytes, at a multiple of four */
    CHECK_IS(error_of(1, (unsigned long)watched), 0);
    CHECK_IS(error_of(7, ENABLE(1) | WRITES(1) | 2ul << 22), 0);
    hits = 0;
    watched[1] = 1; /* the second half of the eight */
    watched[2] = 1;
    CHECK_IS(hits, 1);
#else
    CHECK_IS(error_of(7, ENABLE(1) | WRITES(1) | 2ul << 22), EIO); /* eight bytes */
#endif
    CHECK_IS(error_of(7, ENABLE(1) | LENGTH(1, 4)), EIO);         /* execution has length 1 */
    CHECK_IS(error_of(6, 0), 0);
    CHECK_IS(raw_call(SYS_ioctl, 1, LAB_DR, 0x10), -EFAULT);
    CHECK_IS(raw_call(SYS_ioctl, 1, 0x1234, 0), -ENOTTY);
    CHECK_IS(raw_call(SYS_ioctl, 9, LAB_DR, 0), -EBADF);
}

/* Each thread has its own: the same register watches two places. */
static void thread(void *argument)
{
    volatile uint32_t *mine = &watched[(int)(intptr_t)argument], *other = &watched[!(int)(intptr_t)argument];
    lab_dr(0, (unsigned long)mine);
    lab_dr(7, ENABLE(0) | WRITES(0) | LENGTH(0, 4));
    sched_yield();
    *other = 1;
    sched_yield();
    *mine = 1;
    sched_yield();
}

static void whose_they_are(void)
{
    lab_dr(0, (unsigned long)&watched[2]);
    lab_dr(7, ENABLE(0) | WRITES(0) | LENGTH(0, 4));
    hits = 0;
    struct thread *one = thread_create(thread, (void *)0), *two = thread_create(thread, (void *)1);
    thread_join(one);
    thread_join(two);
    CHECK_IS(hits, 2);
    int status, pid = fork(); /* and a child has none */
    if (pid == 0) {
        watched[2] = 5;
        exit(hits == 2 ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
    watched[2] = 6;
    CHECK_IS(hits, 3);
    lab_dr(7, 0);
}

/* The kernel writes to the watched word: by copy_to_user, 4 bytes. */
static void kernel_stores(const char *policy)
{
    bool same_numbers = stat_now().page_offset != 0x02000000; /* 4G/4G: another address space */
    hits = 0;
    lab_dr(0, (unsigned long)&watched[0]);
    lab_dr(7, ENABLE(0) | WRITES(0) | LENGTH(0, 4));
    long before = (long)stat_now().kernel_hits;
    CHECK_IS(lab_poke((void *)watched, 4, LAB_COPY), 0);
    long counted = (long)stat_now().kernel_hits - before;
    lab_dr(7, 0);
    CHECK_IS(hits, strcmp(policy, "signal") == 0 && same_numbers);
    int stores = sizeof(long) == 8 ? 4 : 1; /* byte by byte */
    CHECK_IS(counted, strcmp(policy, "count") == 0 && same_numbers ? stores : 0);
    if (hits)
        CHECK_IS(code, TRAP_HWBKPT);
}

/* 4G/4G: the program watches a number at which the kernel has memory of its own, which it reads and
   writes all the time. Nobody hears of it. */
static void the_kernels_own_numbers(void)
{
    uintptr_t place = (uintptr_t)stat_now().buffer & ~3ul; /* in 3G/1G it is refused */
    if (stat_now().page_offset != 0x02000000)
        return;
    hits = 0;
    CHECK_IS(lab_dr(0, place), 0);
    CHECK_IS(lab_dr(7, ENABLE(0) | WRITES(0) | LENGTH(0, 4)), 0);
    CHECK_IS(lab_peek((void *)watched, 16, LAB_COPY), 0); /* the kernel writes to its buffer */
    lab_dr(7, 0);
    CHECK_IS(hits, 0);
}

/* A tracer sets them by their offsets in struct user. */
static void by_a_tracer(void)
{
    int status, pid = fork();
    if (pid == 0) {
        on_signal(SIGTRAP, (void *)SIG_DFL, 0);
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        watched[3] = 9;
        exit(70);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(ptrace(PTRACE_POKEUSER, pid, USER_DEBUG_REGISTERS + 3 * sizeof(long), (unsigned long)&watched[3]), 0);
    CHECK_IS(ptrace(PTRACE_POKEUSER, pid, USER_DEBUG_REGISTERS + 4 * sizeof(long), 0), -1);
    CHECK_IS(errno, EIO);
    CHECK_IS(ptrace(PTRACE_POKEUSER, pid, USER_DEBUG_REGISTERS + 7 * sizeof(long), ENABLE(3) | WRITES(3) | LENGTH(3, 4)), 0);
    ptrace(PTRACE_CONT, pid, 0, 0);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, SIGTRAP << 8 | 0x7F);
    CHECK_IS(ptrace(PTRACE_PEEKUSER, pid, USER_DEBUG_REGISTERS + 6 * sizeof(long), 0), 0xFFFF0FF8);
    CHECK_IS(ptrace(PTRACE_PEEKDATA, pid, (unsigned long)&watched[3], 0), 9);
    ptrace(PTRACE_CONT, pid, 0, 0);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, 70 << 8);
}

int main(int argc, char **argv)
{
    on_signal(SIGTRAP, hit, SA_SIGINFO);
    user_stores();
    string_stores();
    execution();
    rules();
    whose_they_are();
    kernel_stores(argc > 1 ? argv[1] : "ignore");
    the_kernels_own_numbers();
    by_a_tracer();
    return checked();
}
