/* The kernel writes to page after page of the program's, by large reads of a file, until it finds no
   frame for one. Its copy fails then, and the call returns; the program is not killed for it, though
   it may be for its own next step. */
#include "check.h"

#define PART (8 * PAGE)

/* On one page: two pages of text for one instruction may be more than there is room for. */
__attribute__((aligned(256))) int main(int argc, char **argv)
{
    char *all = map_at(0x30000000u, 0x08000000u, READ_WRITE);
    int fd = open(argv[argc - 1], O_RDONLY);
    ssize_t got = PART;
    for (uint32_t at = 0; at < 0x08000000u && got == PART; at += PART) {
        lseek(fd, 0, SEEK_SET);
        got = read(fd, all + at, PART);
    }
    return got == PART;
}
