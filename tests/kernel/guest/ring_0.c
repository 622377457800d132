/* What the kernel may do with user memory when it forgot to ask, each in a child of its own, for it may
   be the end of the process: `ring_0`. SMAP and SMEP change the answers; the runner compares the lines. */
#include "check.h"

static char word[8] = "touched";
static const char *untouched;

static long naive(const void *from)
{
    return lab_peek(from, sizeof word, LAB_NAIVE);
}

static long naive_peek(void)
{
    return naive(word);
}

static long naive_peek_of_an_absent_page(void)
{
    return naive(untouched);
}

/* AC is the program's own flag too, and must not become the kernel's. */
static long naive_peek_with_ac(void)
{
#ifdef __x86_64__
    __asm__ volatile("subq $128, %%rsp\npushf\norl $0x40000, (%%rsp)\npopf\naddq $128, %%rsp" : : : "memory", "cc");
#else
    __asm__ volatile("pushfl\norl $0x40000, (%%esp)\npopfl" : : : "memory", "cc");
#endif
    return naive(word);
}

static long naive_poke(void)
{
    return lab_poke(word, sizeof word, LAB_NAIVE);
}

static long copy(void)
{
    return lab_peek(untouched, sizeof word, LAB_COPY);
}

static long copy_of_nothing(void)
{
    return lab_peek((void *)0x10, sizeof word, LAB_COPY);
}

static long function(void)
{
    unsigned short selector;
    __asm__("movw %%cs, %0" : "=rm"(selector));
    return selector & 3 ? 3 : 40; /* so it is ring 0 that runs it */
}

static long call(void)
{
    return lab_peek(function, 0, LAB_CALL);
}

static void in_a_child(const char *what, long (*work)(void))
{
    int status = 0, pid = fork();
    if (pid == 0)
        exit((int)work() & 0xFF);
    waitpid(pid, &status, 0);
    if (status & 0x7F)
        printf("%s: killed by signal %d\n", what, status & 0x7F);
    else
        printf("%s: %d\n", what, status >> 8);
}

int main(void)
{
    untouched = map_at(0x30000000u, PAGE, READ_WRITE);
    in_a_child("naive peek", naive_peek);
    in_a_child("naive peek of an absent page", naive_peek_of_an_absent_page);
    in_a_child("naive peek with AC set by the program", naive_peek_with_ac);
    in_a_child("naive poke", naive_poke);
    in_a_child("copy from an absent page", copy);
    in_a_child("copy from nowhere", copy_of_nothing);
    in_a_child("call of the program's function", call);
    return 0;
}
