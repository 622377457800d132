/* The kernel writes to a page that two processes share until one of them writes. Without CR0.WP, as
   on a 386, read-only pages do not stop it: then the other process sees the byte too. */
#include "check.h"

int main(void)
{
    volatile unsigned *turn = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *page = map_at(0x30000000u, PAGE, READ_WRITE), byte = 'x';
    page[0] = 'p';
    *turn = 0;
    int status, pid = fork();
    if (pid == 0) {
        while (!*turn)
            sched_yield();
        exit(page[0]);
    }
    lab_peek(&byte, 1, LAB_COPY);
    long left = lab_poke(page, 1, LAB_COPY);
    struct lab_stat s = stat_now();
    *turn = 1;
    waitpid(pid, &status, 0);
    printf("left %d, faults %u, parent %c, child %c\n", (int)left, (unsigned)s.last_page_faults, page[0],
           WEXITSTATUS(status));
    return 0;
}
