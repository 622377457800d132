/* User pointers that are no addresses, and others that only a range check refuses: what the kernel's copies make of them, under
   each of the checks that Linux has had (access_ok= on the kernel's command line). The runner compares the lines. */
#include "check.h"

#define TOP 0x7FFFFFFFF000ul

static void tell(const char *what, long left)
{
    struct lab_stat s = stat_now();
    printf("%-34s left %2d, page faults %u, fixups %u\n", what, (int)left, (unsigned)s.last_page_faults, (unsigned)s.last_fixups);
}

static void copies(const char *what, unsigned long address)
{
    printf("%s\n", what);
    tell("  from it", lab_peek((void *)address, 16, LAB_COPY));
    tell("  to it", lab_poke((void *)address, 16, LAB_COPY));
    tell("  one word from it", lab_peek((void *)address, 0, LAB_WORD));
    tell("  a string", lab_peek((void *)address, 16, LAB_STRING));
    tell("  unchecked", lab_peek((void *)address, 16, LAB_UNCHECKED));
}

int main(void)
{
    copies("the first that is not canonical", 0x0000800000000000);
    copies("the last that is not canonical", 0xFFFF7FFFFFFFFFFF - 16);
    copies("8 bytes below the top", TOP - 8);
    copies("the guard page", TOP);
    copies("the kernel's", 0xFFFF888000000000); /* where nothing is: the kernel's own NULL */
    copies("all ones", 0xFFFFFFFFFFFFFFF0);
    return 0;
}
