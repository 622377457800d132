/* Says how far the program's segments reach. */
#include "libc.h"

static uint32_t limit_of(uint32_t selector)
{
    uint32_t limit = 0;
    __asm__ volatile("lsl %1, %0" : "+r"(limit) : "r"(selector) : "cc");
    return limit;
}

int main(void)
{
    printf("cs %08x ds %08x\n", (unsigned)limit_of(0x23), (unsigned)limit_of(0x2B));
    return 0;
}
