/* Seven steps, and after each what the kernel has counted. All of it is on one page of text, and the numbers go to the stack,
   whose page is there already: so nothing is counted but the steps. */
#include "big.h"

#define LAB_STAT 1032 /* abi/syscalls.h */
#define FIRST __attribute__((section(".text.first"), noinline))

__attribute__((section(".data.d0"))) volatile char d0[PAGE] = "d0: the first page of data";
__attribute__((section(".data.d1"))) volatile char d1[PAGE / 2] = "d1: half a page, then the file ends";
__attribute__((section(".bss.d1"))) volatile char bss_in_d1[16];
__attribute__((section(".bss.b1"))) volatile char b1[PAGE];

__attribute__((section(".far.middle"))) int far_middle(void)
{
    return 12800;
}

__attribute__((section(".far.last"))) int far_last(void)
{
    return 25599;
}

static inline __attribute__((always_inline)) void ask(struct sample *sample)
{
    int result;
#ifdef __x86_64__
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(LAB_STAT), "D"(sample), "S"(sizeof *sample)
                     : "rcx", "r11", "memory");
#else
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(LAB_STAT), "b"(sample), "c"(sizeof *sample)
                     : "memory");
#endif
}

/* argument: the number of arguments, and their addresses. */
FIRST __attribute__((noreturn, used)) void measure(char **argument)
{
    struct sample steps[STEPS];
    ask(&steps[BEGIN]);
    far_middle();
    ask(&steps[MIDDLE]);
    far_last();
    ask(&steps[LAST]);
    (void)d0[0];
    ask(&steps[READ_D0]);
    d0[0] = 'D';
    ask(&steps[WRITE_D0]);
    bss_in_d1[0] = 'D';
    ask(&steps[WRITE_D1]);
    b1[0] = 'b';
    ask(&steps[WRITE_B1]);
    report(steps, argument + 1);
}
