/* Calls what is data. i386 has no no-execute bit, so the page does not stop it: the CPU decodes
   the text as instructions until one of them faults. */
#include "libc.h"

static char data[] = {0, 0, 0, 0, 0, 0}; /* add %al, (%eax) */

int main(void)
{
    __asm__ volatile("xorl %%eax, %%eax\n"
                     "jmp *%0"
                     :
                     : "r"(data)
                     : "eax");
    return 0;
}
