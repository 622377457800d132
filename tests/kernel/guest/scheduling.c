/* Time and turns: who computes is interrupted for others, who sleeps wakes, and whoever is alone
   is left alone. Needs a timer. */
#include "check.h"

#define MILLISECOND 1000000

static volatile int *shared_words(void)
{
    volatile int *words = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    words[0] = 0; /* the page is there before it is shared */
    return words;
}

/* The child never gives the CPU away, and neither does the parent: each sees the other's word
   change all the same. */
static void computing_is_interrupted(void)
{
    volatile int *words = shared_words();
    int status, pid = fork(), me = pid == 0;
    for (int turns = 0; turns < 3; turns++) {
        int seen = words[!me];
        words[me]++;
        while (words[!me] == seen && words[2] == 0)
            ;
    }
    words[2] = 1; /* who is ready first frees the other */
    if (pid == 0)
        exit(9);
    CHECK(words[1] > 0);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, 9 << 8);
}

/* Registers and flags survive, whenever the interruption comes. */
static void registers_survive(void)
{
    int pid = fork(), status;
    if (pid == 0)
        for (volatile int i = 0; i < 400000; i++)
            ;
    uint32_t sum;
    __asm__ volatile("movl $0x11111111, %%eax\n"
                     "movl $0x22222222, %%ebx\n"
                     "movl $0x33333333, %%edx\n"
                     "movl $0x44444444, %%esi\n"
                     "movl $0x55555555, %%edi\n"
                     "movl $300000, %%ecx\n"
                     "1: cmpl $0x11111111, %%eax\n"
                     "jne 2f\n"
                     "cmpl $0x22222222, %%ebx\n"
                     "jne 2f\n"
                     "cmpl $0x33333333, %%edx\n"
                     "jne 2f\n"
                     "cmpl $0x44444444, %%esi\n"
                     "jne 2f\n"
                     "cmpl $0x55555555, %%edi\n"
                     "jne 2f\n"
                     "decl %%ecx\n"
                     "jnz 1b\n"
                     "2:\n"
                     : "=c"(sum)
                     :
                     : "eax", "ebx", "edx", "esi", "edi", "cc");
    if (pid == 0)
        exit(sum == 0 ? 0 : 1);
    CHECK_IS(sum, 0);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, 0);
}

static int sleep_ms(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * MILLISECOND};
    return nanosleep(&time, NULL);
}

/* Three sleepers wake in the order of their times, not of their making. Nobody runs meanwhile. */
static void sleepers_wake_in_order(void)
{
    volatile int *words = shared_words();
    static const int delays[] = {30, 10, 20};
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            sleep_ms(delays[i]);
            words[1 + words[0]++] = delays[i];
            exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    CHECK_IS(words[1], 10);
    CHECK_IS(words[2], 20);
    CHECK_IS(words[3], 30);
}

static void a_sleeper_wakes_while_another_computes(void)
{
    volatile int *words = shared_words();
    int pid = fork();
    if (pid == 0) {
        sleep_ms(5);
        words[0] = 1;
        exit(0);
    }
    while (words[0] == 0)
        ;
    CHECK_IS(wait(NULL), pid);
}

static void bad_times(void)
{
    struct timespec time = {0, 1000000000};
    CHECK_IS(raw_call(SYS_nanosleep, (long)&time, 0, 0), -EINVAL);
    time = (struct timespec){-1, 0};
    CHECK_IS(raw_call(SYS_nanosleep, (long)&time, 0, 0), -EINVAL);
    time = (struct timespec){0, -1};
    CHECK_IS(raw_call(SYS_nanosleep, (long)&time, 0, 0), -EINVAL);
    CHECK_IS(raw_call(SYS_nanosleep, 0x10, 0, 0), -EFAULT);
    time = (struct timespec){0, 0};
    CHECK_IS(nanosleep(&time, &time), 0);
    CHECK_IS(sleep_ms(120), 0); /* longer than the timer can count */
}

int main(void)
{
    computing_is_interrupted();
    registers_survive();
    sleepers_wake_in_order();
    a_sleeper_wakes_while_another_computes();
    bad_times();
    return checked();
}
