/* What was measured, as a table; then the same again by a second process, which finds everything in the page cache. */
#include "big.h"

static const char *const what[STEPS] = {
    "at the first instruction",          "after a call of a function on page 12,800", "after a call of one on page 25,599",
    "after a read of the first data",    "after a write to it",                       "after a write behind the file's end in d1",
    "after a write to the next bss page"};

static void tell(const struct sample *steps)
{
    for (unsigned i = 0; i < STEPS; i++)
        printf("%-43s %2u read from disk, %2u without, %2u pages of %u\n", what[i], (unsigned)steps[i].major,
               (unsigned)steps[i].minor, (unsigned)steps[i].resident, ALL_PAGES);
}

/* How many pages of the text the page cache has. */
static unsigned text_in_ram(void)
{
    unsigned total = 0;
    unsigned char *vector = (unsigned char *)b1;
    for (unsigned page = 0; page < TEXT_PAGES; page += PAGE) {
        unsigned n = TEXT_PAGES - page < PAGE ? TEXT_PAGES - page : PAGE;
        mincore((void *)(TEXT + page * PAGE), n * PAGE, vector);
        for (unsigned i = 0; i < n; i++)
            total += vector[i];
    }
    return total;
}

void report(const struct sample *steps, char **argv)
{
    bool second = argv[1] != NULL;
    printf("%s\n", second ? "The same again, with the file's pages in the page cache:" : "A file of 100 MB, run for the first time:");
    tell(steps);
    if (second)
        exit(0);
    printf("pages of its text that are in RAM, says mincore: %u of %u\n", text_in_ram(), TEXT_PAGES);
    int child = fork();
    if (child == 0)
        execve(argv[0], (char *[]){argv[0], "again", NULL}, NULL);
    waitpid(child, NULL, 0);
    later();
    exit(0);
}
