/* A program that cannot run alone: two of its functions are in a library, and the table of their addresses is empty in the file. It
   names an interpreter (PT_INTERP), which the kernel starts instead: ld_ringside.c. When main begins, the table is filled, and may
   not be written any more. */
#include "libc.h"

#include "table.h"

/* On a page of its own, which the segment PT_GNU_RELRO names. */
__attribute__((section(".relro"))) struct slot table[] = {{"say", NULL}, {"count", NULL}, {{0}, NULL}};

#define CALL_SAY ((void (*)(const char *text))table[0].address)
#define CALL_COUNT ((int (*)(void))table[1].address)

int main(void)
{
    CALL_SAY("main: this line was written by the library\n");
    CALL_COUNT();
    printf("main: the library has counted %d calls of itself, in data of its own\n", CALL_COUNT());
    printf("main: a child overwrites the table\n");
    int status, child = fork();
    if (child == 0) {
        *(volatile uint32_t *)&table[0].address = 0;
        exit(0);
    }
    waitpid(child, &status, 0);
    printf("main: %s\n", WIFSIGNALED(status) ? "it was killed: the table is sealed" : "it could: nobody has sealed the table");
    return 0;
}
