/* What mprotect and munmap take away must be out of the TLB too: else the program goes on with a
   page that its page tables no longer give it. */
#include "check.h"

int main(int argc, char **argv)
{
    (void)argv;
    volatile char *page = map_at(0x30000000u, PAGE, READ_WRITE);
    page[0] = 1;
    if (argc > 1)
        munmap((void *)page, PAGE);
    else
        mprotect((void *)page, PAGE, PROT_READ);
    page[0] = 2;
    printf("the store went through: %u\n", page[0]);
    return 0;
}
