/* Processes: fork's two returns, who shares what, the end of each and what the parent learns. */
#include "check.h"

#ifdef __x86_64__ /* one call for both */
#define WAITPID SYS_wait4
#else
#define WAITPID SYS_waitpid
#endif

static volatile int shared_by_none = 1;

static int child_exits_with(int code)
{
    int pid = fork();
    if (pid == 0)
        exit(code);
    return pid;
}

static void fork_returns_twice(void)
{
    int before = getpid(), pid = fork(), status = -1;
    if (pid == 0)
        exit(getpid() != before && getppid() == before && gettid() == getpid() ? 7 : 1);
    CHECK(pid > before);
    CHECK_IS(getpid(), before);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, 7 << 8);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7 && !WIFSIGNALED(status));
}

/* Each has its own memory from the moment one of them writes, the stack included. */
static void memory_is_copied_when_written(void)
{
    int on_stack = 1, status;
    char *heap = sbrk(2 * PAGE);
    heap[0] = heap[PAGE] = 1;
    int pid = fork();
    if (pid == 0) {
        int seen = shared_by_none + on_stack + heap[0] + heap[PAGE];
        shared_by_none = on_stack = heap[0] = 5;
        exit(seen == 4 && shared_by_none == 5 && on_stack == 5 && heap[0] == 5 ? 0 : 1);
    }
    heap[PAGE] = 9; /* the parent's first write makes a copy too */
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, 0);
    CHECK_IS(shared_by_none + on_stack + heap[0], 3);
    CHECK_IS(heap[PAGE], 9);
}

static void a_shared_mapping_stays_shared(void)
{
    int status;
    volatile int *both = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *both = 1;
    int pid = fork();
    if (pid == 0) {
        *both = 2;
        exit(0);
    }
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(*both, 2);
}

/* No page and no kernel memory is lost. */
static void everything_comes_back(void)
{
    int status;
    child_exits_with(0);
    wait(&status);
    long before = (long)stat_now().frames_free;
    for (int i = 0; i < 20; i++) {
        CHECK(child_exits_with(i) > 0);
        CHECK(wait(&status) > 0);
        CHECK_IS(status, i << 8);
    }
    CHECK_IS(stat_now().frames_free, before);
}

static void waiting(void)
{
    int status = -1;
    CHECK_IS(raw_call(WAITPID, -1, (long)&status, 0), -ECHILD);
    CHECK_IS(raw_call(WAITPID, 9999, (long)&status, 0), -ECHILD);
    CHECK_IS(raw_call(WAITPID, -1, (long)&status, 0x100), -EINVAL);
    int one = child_exits_with(1), two = child_exits_with(2);
    CHECK_IS(waitpid(getpid(), &status, 0), -1);
    CHECK_IS(waitpid(two, &status, 0), two);
    CHECK_IS(status, 2 << 8);
    CHECK_IS(raw_call(SYS_wait4, one, 0x10, 0), -EFAULT); /* and the child is still there */
    CHECK_IS(wait4(one, NULL, 0, NULL), one);
    CHECK_IS(raw_call(WAITPID, one, 0, 0), -ECHILD);
}

static void waiting_without_sleeping(void)
{
    int status = -1, pid = fork();
    if (pid == 0) {
        sched_yield();
        exit(3);
    }
    CHECK_IS(waitpid(pid, &status, WNOHANG), 0);
    CHECK_IS(status, -1);
    int got;
    while ((got = waitpid(-1, &status, WNOHANG)) == 0)
        sched_yield();
    CHECK_IS(got, pid);
    CHECK_IS(status, 3 << 8);
}

/* A child whose parent is over first is pid 1's, which is us. */
static void orphans_are_pid_1_s(void)
{
    int status = -1, middle = fork();
    if (middle == 0) {
        if (fork() == 0) {
            for (int i = 0; i < 10; i++)
                sched_yield();
            exit(getppid() == 1 ? 5 : 6);
        }
        exit(4);
    }
    CHECK_IS(waitpid(middle, &status, 0), middle);
    CHECK_IS(status, 4 << 8);
    CHECK(wait(&status) > middle);
    CHECK_IS(status, 5 << 8);
    CHECK_IS(wait(&status), -1);
    CHECK_IS(errno, ECHILD);
}

static void a_fault_ends_the_child_only(void)
{
    int status = -1, pid = fork();
    if (pid == 0)
        *(volatile int *)0x10 = 1;
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, 11);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == 11 && !WIFEXITED(status));
}

static void there_is_a_limit(void)
{
    int children = 0, status, gate = getpid();
    while (fork() > 0)
        children++;
    if (getpid() != gate)
        exit(0);
    CHECK_IS(errno, EAGAIN);
    CHECK_IS(children, 63);
    for (int i = 0; i < children; i++)
        CHECK(wait(&status) > 0);
    CHECK_IS(waitpid(child_exits_with(0), &status, 0) > 0, 1);
}

/* Turns are taken in the order of the list. */
static void yielding(void)
{
    volatile char *said = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    volatile int *length = (volatile int *)(said + 64);
    *length = 0; /* the page is there before it is shared */
    for (int child = 0; child < 2; child++) {
        if (fork() == 0) {
            for (int i = 0; i < 3; i++) {
                said[(*length)++] = (char)('a' + child);
                sched_yield();
            }
            exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    CHECK_IS(strcmp((const char *)said, "ababab"), 0);
}

int main(void)
{
    CHECK_IS(getpid(), 1);
    CHECK_IS(getppid(), 0);
    fork_returns_twice();
    memory_is_copied_when_written();
    a_shared_mapping_stays_shared();
    everything_comes_back();
    waiting();
    waiting_without_sleeping();
    orphans_are_pid_1_s();
    a_fault_ends_the_child_only();
    there_is_a_limit();
    yielding();
    return checked();
}
