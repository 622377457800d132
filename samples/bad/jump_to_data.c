/* Calls what is data. Page tables of two levels have no no-execute bit, so the page does not stop it: the
   CPU decodes the bytes as instructions until one of them faults. With NX the first fetch does. */
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
