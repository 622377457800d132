/* The debug registers: the processor compares every address with up to four of its own, and traps after the access. */
#include "watch.h"

struct noticed by_registers = {"debug registers", "?", "?", "?"};

#define ENABLE_DR0 1ul
#define WRITES (1ul << 16)
#define FOUR_BYTES (3ul << 18)

static volatile int hits;

static void on_hit(int signal, struct siginfo *info, void *at)
{
    (void)signal;
    (void)info;
    (void)at;
    hits++;
}

void registers_watch(volatile void *at)
{
    on_signal(SIGTRAP, on_hit, SA_SIGINFO);
    hits = 0;
    if (lab_dr(0, (unsigned long)at) == 0)
        lab_dr(7, ENABLE_DR0 | WRITES | FOUR_BYTES);
}

void registers_rest(void)
{
    lab_dr(7, 0);
    on_signal(SIGTRAP, SIG_DFL, 0);
}

int registers_hits(void)
{
    int n = hits;
    hits = 0;
    return n;
}

static volatile uint32_t *word_at(unsigned offset)
{
    return (volatile uint32_t *)(uintptr_t)(B + offset);
}

/* A tracer may set them too. It is told by a stop of the child, and how by DR6. */
static void by_a_tracer(void)
{
    int status = 0, child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        *word_at(8) = 1;
        kernel_writes(word_at(8), 4);
        exit(0);
    }
    waitpid(child, &status, 0);
    ptrace(PTRACE_POKEUSER, child, USER_DEBUG_REGISTERS, B + 8);
    ptrace(PTRACE_POKEUSER, child, USER_DEBUG_REGISTERS + 7 * sizeof(long), ENABLE_DR0 | WRITES | FOUR_BYTES);
    int stops = 0;
    unsigned dr6 = 0;
    ptrace(PTRACE_CONT, child, 0, 0);
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        if (stops++ == 0)
            dr6 = (unsigned)ptrace(PTRACE_PEEKUSER, child, USER_DEBUG_REGISTERS + 6 * sizeof(long), 0);
        ptrace(PTRACE_CONT, child, 0, 0);
    }
    printf("w9'  a tracer sets them for its child, which stores there and then read()s into it: %d stop%s, DR6 %08x\n", stops,
           stops == 1 ? "" : "s", dr6);
}

/* 4G/4G has memory of its own at the program's numbers. What the kernel does there is no business of the program's. */
static void the_kernels_numbers(void)
{
    struct lab_stat stat;
    lab_stat(&stat);
    if (lab_dr(0, stat.buffer & ~3ul) != 0) {
        printf("w12  DR0 = %08" PRIxPTR ", where the kernel has its buffer: refused\n", (uintptr_t)stat.buffer);
        return;
    }
    registers_watch((void *)(stat.buffer & ~3ul));
    lab_peek((void *)B, 16, LAB_COPY);
    printf("w12  DR0 = %08" PRIxPTR ", where the kernel has its buffer; the kernel fills it: %d hits\n", (uintptr_t)stat.buffer,
           registers_hits());
    registers_rest();
}

void watch_by_registers(void)
{
    *word_at(8) = 0;
    *word_at(12) = 0;
    registers_watch(word_at(8));
    *word_at(8) = 7;
    int first = registers_hits();
    by_registers.user = first == 1 && *word_at(8) == 7 ? "yes, after it happened" : "no";
    *word_at(8) = 7;
    int same = registers_hits();
    *word_at(12) = 1;
    int beside = registers_hits();
    *word_at(6) = 0;
    int across = registers_hits();
    printf("w5   4 bytes at b+8 watched; the program stores 7 there: %d hit\n", first);
    printf("w6   it stores 7 again: %d hit\n", same);
    printf("w7   it stores at b+12: %d hits\n", beside);
    printf("w8   it stores 4 bytes at b+6, which overlap: %d hit\n", across);
    registers_hits();
    struct lab_stat before, after;
    lab_stat(&before);
    int result = kernel_writes(word_at(8), 4);
    int signals = registers_hits();
    lab_stat(&after);
    int counted = (int)(after.kernel_hits - before.kernel_hits);
    by_registers.kernel = signals ? "yes (kernel_hits=signal)" : counted ? "counted only (kernel_hits=count)" : "no";
    printf("w9   read() of 4 bytes to b+8: %d, %d SIGTRAP, %d counted\n", result, signals, counted);
    registers_rest();
    by_a_tracer();
    the_kernels_numbers();
}
