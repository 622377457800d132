/* Asks for 3 GB by mmap and by brk, gets told no, and then fills all the RAM there is: SIGKILL. */
#include "libc.h"

#define GB 0x40000000u
#define NO_MEMORY ((void *)-1)

int main(void)
{
    void *big = mmap(NULL, 3u * GB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("mmap of 3 GB: %s\n", big == MAP_FAILED && errno == ENOMEM ? "ENOMEM" : "granted?");
    void *heap = sbrk(0);
    bool grew = sbrk(0x7FFFFFFF) != NO_MEMORY && sbrk(GB) != NO_MEMORY;
    printf("brk by 3 GB: %s\n", grew ? "granted, no page yet" : "ENOMEM"); /* 4G/4G has the room */
    brk(heap);

    char *half = mmap(NULL, GB / 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("mmap of 512 MB: %s\n", half == MAP_FAILED ? "refused?" : "granted, no page yet");
    for (uint32_t i = 0; i < GB / 2; i += 4096)
        half[i] = 1;
    printf("all of it was there?\n");
    return 1;
}
