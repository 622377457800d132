/* Two fetches of one word by one system call, lab_peek(word), lab_peek(word), as a kernel with
   the double-fetch bug makes them: what another process writes in between is what the second
   sees. Prints both; who runs in between is the kernel's option `preempt`. */
#include "check.h"

int main(void)
{
    volatile uint32_t *word = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint32_t got;
    *word = 1;
    int pid = fork();
    if (pid == 0) {
        *word = 2;
        exit(0);
    }
    lab_peek((const void *)word, 4, LAB_WORD);
    lab_poke(&got, 4, LAB_WORD);
    printf("fetched %u\n", got);
    wait(NULL);
    return 0;
}
