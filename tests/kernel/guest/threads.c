/* Threads: one process with several threads of control, segments of a program's own, and the end of
   them all. */
#include "check.h"

static volatile int shared, ready, ids[3];

static void counting(void *argument)
{
    ids[0] = getpid();
    ids[1] = gettid();
    ids[2] = getppid();
    shared += *(int *)argument;
}

static void threads_share_everything(void)
{
    int five = 5;
    struct thread *thread = thread_create(counting, &five);
    CHECK(thread != NULL);
    thread_join(thread);
    CHECK_IS(shared, 5);
    CHECK_IS(ids[0], getpid());
    CHECK(ids[1] > getpid());
    CHECK_IS(ids[2], getppid());
    CHECK_IS(gettid(), getpid());
    CHECK_IS(wait(NULL), -1); /* a thread is nobody's child */
    CHECK_IS(errno, ECHILD);
}

/* Two threads that add without a lock, each taken off the CPU in the middle. */
static void racing(void *argument)
{
    (void)argument;
    for (int i = 0; i < 20; i++) {
        int seen = shared;
        sched_yield();
        shared = seen + 1;
    }
}

static void a_lost_update(void)
{
    shared = 0;
    struct thread *one = thread_create(racing, NULL), *two = thread_create(racing, NULL);
    thread_join(one);
    thread_join(two);
    CHECK(shared >= 20 && shared < 40);
}

static void rules_of_clone(void)
{
    CHECK_IS(raw_call(SYS_clone, CLONE_THREAD, 0, 0), -EINVAL);
    CHECK_IS(raw_call(SYS_clone, CLONE_SIGHAND, 0, 0), -EINVAL);
    CHECK_IS(raw_call(SYS_clone, CLONE_THREAD | CLONE_SIGHAND, 0, 0), -EINVAL);
    int tid = -1, pid = (int)raw_call(SYS_clone, CLONE_PARENT_SETTID | SIGCHLD, 0, (long)&tid);
    if (pid == 0)
        exit(0);
    CHECK_IS(tid, pid);
    CHECK_IS(wait(NULL), pid);
}

static int status_of(void (*function)(void))
{
    int status = -1, pid = fork();
    if (pid == 0) {
        function();
        exit(99);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void spinning(void *argument)
{
    (void)argument;
    ready++;
    for (;;)
        ;
}
static void sleeping(void *argument)
{
    (void)argument;
    ready++;
    for (;;)
        nanosleep(&(struct timespec){1, 0}, NULL);
}

static void make_two(void)
{
    ready = 0;
    thread_create(spinning, NULL);
    thread_create(sleeping, NULL);
    while (ready < 2)
        sched_yield();
}

static void exiting_all(void)
{
    make_two();
    exit_group(21);
}
static void faulting(void *argument)
{
    (void)argument;
    *(volatile int *)0x40 = 1;
}
static void with_a_faulting_thread(void)
{
    make_two();
    thread_create(faulting, NULL);
    for (;;)
        sched_yield();
}
static void ending_late(void *argument)
{
    nanosleep(&(struct timespec){0, 3000000}, NULL);
    exit(*(int *)argument); /* this thread's own status is nobody's */
}
static void with_a_leader_that_ends_first(void)
{
    static int nine = 9;
    thread_create(ending_late, &nine);
    exit(22); /* the process is over with its last thread, and its status is the leader's */
}
static void killing(void *argument)
{
    (void)argument;
    kill(getpid(), SIGKILL);
    for (;;)
        ;
}
static void killed_from_within(void)
{
    make_two();
    thread_create(killing, NULL);
    for (;;)
        nanosleep(&(struct timespec){1, 0}, NULL);
}

static void the_end_of_all(void)
{
    CHECK_IS(status_of(exiting_all), 21 << 8);
    CHECK_IS(status_of(with_a_faulting_thread), SIGSEGV);
    CHECK_IS(status_of(with_a_leader_that_ends_first), 22 << 8);
    CHECK_IS(status_of(killed_from_within), SIGKILL);
    long before = (long)stat_now().frames_free;
    CHECK_IS(status_of(exiting_all), 21 << 8);
    CHECK_IS(stat_now().frames_free, before);
}

/* A signal to a thread is that thread's; one to the process is anybody's who lets it in. */
static volatile int taker;
static void taking(int signal)
{
    (void)signal;
    taker = gettid();
}
static void waiting_for_signals(void *argument)
{
    volatile int *tid = argument;
    *tid = gettid();
    while (!taker)
        sched_yield();
}

static void signals_to_threads(void)
{
    static volatile int tid;
    on_signal(SIGUSR1, taking, 0);
    for (int to_process = 0; to_process < 2; to_process++) {
        taker = tid = 0;
        struct thread *thread = thread_create(waiting_for_signals, (void *)&tid);
        while (!tid)
            sched_yield();
        int other = tid;
        if (to_process) {
            sigprocmask(SIG_BLOCK, &(sigset_t){SIGNAL_SET(SIGUSR1)}, NULL);
            CHECK_IS(kill(getpid(), SIGUSR1), 0);
        } else {
            CHECK_IS(tgkill(getpid(), other, SIGUSR1), 0);
        }
        thread_join(thread);
        CHECK_IS(taker, other);
    }
    sigprocmask(SIG_SETMASK, &(sigset_t){0}, NULL);
    CHECK_IS(tgkill(getpid(), 30000, SIGUSR1), -1);
    CHECK_IS(errno, ESRCH);
}

/* ---- segments ---- */

#ifndef __x86_64__
static uint32_t through_gs(uint32_t offset)
{
    uint32_t value;
    __asm__ volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(offset));
    return value;
}

static void load_gs(uint32_t selector)
{
    __asm__ volatile("movl %0, %%gs" : : "r"(selector));
}

static uint32_t area[2][4] = {{10, 11, 12, 13}, {20, 21, 22, 23}};
#define AREA(n) {-1u, (uintptr_t)area[n], sizeof area[n] - 1, DESC_32BIT}

static void own_segments(void)
{
    struct user_desc one = AREA(0), two = AREA(1), bad = AREA(0);
    CHECK_IS(set_thread_area(&one), 0);
    CHECK_IS(one.entry_number, 6);
    CHECK_IS(set_thread_area(&two), 0);
    CHECK_IS(two.entry_number, 7);
    load_gs(6 * 8 + 3);
    CHECK_IS(through_gs(4), 11);
    load_gs(7 * 8 + 3);
    CHECK_IS(through_gs(4), 21);
    sched_yield();
    CHECK_IS(through_gs(8), 22);
    two.base_addr = (uintptr_t)area[0];
    CHECK_IS(set_thread_area(&two), 0); /* an entry that is in use: GS is loaded on the way back */
    CHECK_IS(through_gs(8), 12);
    CHECK_IS(set_thread_area(&bad), 0);
    CHECK_IS(bad.entry_number, 8);
    bad.entry_number = -1u;
    CHECK_IS(set_thread_area(&bad), -1);
    CHECK_IS(errno, ESRCH);
    bad.entry_number = 5;
    CHECK_IS(set_thread_area(&bad), -1);
    CHECK_IS(errno, EINVAL);
    bad.entry_number = 9;
    CHECK_IS(set_thread_area(&bad), -1);
    CHECK_IS(set_thread_area((void *)0x10), -1);
    CHECK_IS(errno, EFAULT);
    /* A segment that is taken away while a register names it: the register becomes null. */
    two = (struct user_desc){7, 0, 0, DESC_EMPTY};
    CHECK_IS(set_thread_area(&two), 0);
    uint32_t gs;
    __asm__("movl %%gs, %0" : "=r"(gs));
    CHECK_IS(gs & 0xFFFF, 0);
}

static volatile uint32_t seen_by[2];
static void looking_through_gs(void *argument)
{
    load_gs(6 * 8 + 3);
    for (int i = 0; i < 5; i++) {
        seen_by[(int)(intptr_t)argument] = through_gs(0);
        sched_yield();
        if (through_gs(0) != seen_by[(int)(intptr_t)argument])
            seen_by[(int)(intptr_t)argument] = 0xBAD;
    }
}

static void every_thread_has_its_own(void)
{
    struct user_desc one = AREA(0), two = AREA(1);
    one.entry_number = two.entry_number = 6;
    struct thread *first = thread_create_tls(looking_through_gs, (void *)0, &one);
    struct thread *second = thread_create_tls(looking_through_gs, (void *)1, &two);
    CHECK(first && second);
    thread_join(first);
    thread_join(second);
    CHECK_IS(seen_by[0], 10);
    CHECK_IS(seen_by[1], 20);
    two.entry_number = 3;
    CHECK(thread_create_tls(looking_through_gs, (void *)1, &two) == NULL);
    CHECK_IS(errno, EINVAL);
}

static void local_descriptors(void)
{
    struct user_desc desc = AREA(0);
    uint32_t raw[2 * 3];
    CHECK_IS(modify_ldt(LDT_READ, raw, sizeof raw), 0); /* there is none yet */
    CHECK_IS(modify_ldt(LDT_READ_DEFAULT, raw, sizeof raw), 0);
    CHECK_IS(modify_ldt(7, &desc, sizeof desc), -1);
    CHECK_IS(errno, ENOSYS);
    CHECK_IS(modify_ldt(LDT_WRITE, &desc, sizeof desc), -1); /* entry -1 */
    CHECK_IS(errno, EINVAL);
    desc.entry_number = 1;
    CHECK_IS(modify_ldt(LDT_WRITE, &desc, 8), -1);
    CHECK_IS(errno, EINVAL);
    desc.flags |= 3 << DESC_CONTENTS_SHIFT; /* conforming code: only if it is not present */
    CHECK_IS(modify_ldt(LDT_WRITE, &desc, sizeof desc), -1);
    CHECK_IS(errno, EINVAL);
    desc.flags = DESC_32BIT | DESC_USEABLE;
    CHECK_IS(modify_ldt(LDT_WRITE, &desc, sizeof desc), 0);
    load_gs(1 * 8 + 4 + 3);
    CHECK_IS(through_gs(12), 13);
    CHECK_IS(modify_ldt(LDT_READ, raw, sizeof raw), sizeof raw);
    CHECK_IS(raw[0] | raw[1], 0);
    CHECK_IS(raw[2], (uintptr_t)area[0] << 16 | 15);
    CHECK_IS(raw[3], ((uintptr_t)area[0] & 0xFF000000) | ((uintptr_t)area[0] >> 16 & 0xFF) | 0x0050F300); /* the CPU has set A */
    CHECK_IS(modify_ldt(LDT_WRITE_OLD, &desc, sizeof desc), 0);
    modify_ldt(LDT_READ, raw, sizeof raw);
    CHECK_IS(raw[3] & 0x00100000, 0); /* the old way has no bit of the program's own */

    int status, pid = fork(); /* a copy, not the same table */
    if (pid == 0) {
        bool same = through_gs(4) == 11;
        modify_ldt(LDT_WRITE, &(struct user_desc){1, 0, 0, DESC_EMPTY}, sizeof desc);
        exit(same ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
    CHECK_IS(through_gs(4), 11);
}
#else
/* FS and GS add a base that no descriptor has. Each thread has its own. */
static unsigned long areas[3] = {0x111, 0x222, 0x333};

static unsigned long through_fs(void)
{
    unsigned long value;
    __asm__ volatile("movq %%fs:0, %0" : "=r"(value));
    return value;
}

static unsigned long through_gs(void)
{
    unsigned long value;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(value));
    return value;
}

static volatile unsigned wrong;
static void looking_through_fs(void *argument)
{
    for (int i = 0; i < 5; i++) {
        wrong += through_fs() != *(unsigned long *)argument;
        sched_yield();
    }
}

static void own_bases(void)
{
    struct user_desc one = {.base_addr = (unsigned)(uintptr_t)&areas[0]}, two = {.base_addr = (unsigned)(uintptr_t)&areas[1]};
    unsigned long base = 0;
    CHECK_IS(arch_prctl(ARCH_SET_FS, (unsigned long)&areas[2]), 0);
    CHECK_IS(arch_prctl(ARCH_SET_GS, (unsigned long)&areas[1]), 0);
    struct thread *first = thread_create_tls(looking_through_fs, &areas[0], &one);
    struct thread *second = thread_create_tls(looking_through_fs, &areas[1], &two);
    thread_join(first);
    thread_join(second);
    CHECK_IS(wrong, 0);
    CHECK_IS(through_fs(), 0x333);
    CHECK_IS(through_gs(), 0x222);
    CHECK_IS(arch_prctl(ARCH_GET_FS, (unsigned long)&base), 0);
    CHECK_IS(base, &areas[2]);
    CHECK_IS(arch_prctl(ARCH_SET_FS, 0xFFFF888000000000ul), -1);
    CHECK_IS(errno, EPERM);
    CHECK_IS(arch_prctl(ARCH_SET_GS, 0x800000000000ul), -1);
    CHECK_IS(arch_prctl(7, 0), -1);
    CHECK_IS(errno, EINVAL);
    /* A selector is the program's too: its base is the descriptor's, and other tasks have theirs. */
    __asm__ volatile("movl %0, %%gs" : : "r"(0x2B));
    first = thread_create_tls(looking_through_fs, &areas[0], &one);
    thread_join(first);
    CHECK_IS(wrong, 0);
    unsigned selector;
    __asm__ volatile("movl %%gs, %0" : "=r"(selector));
    CHECK_IS(selector, 0x2B);
    CHECK_IS(arch_prctl(ARCH_SET_GS, 0), 0);
}
#endif

int main(void)
{
    threads_share_everything();
    a_lost_update();
    rules_of_clone();
    the_end_of_all();
    signals_to_threads();
#ifdef __x86_64__
    own_bases();
#else
    own_segments();
    every_thread_has_its_own();
    local_descriptors();
#endif
    return checked();
}
