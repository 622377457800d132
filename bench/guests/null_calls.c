/* The null system call for ever, after a load and a store in each page whose address (in hex) was
   given. One turn of the loop is one round trip. */
#include "libc.h"

#define MOST_PAGES 16

static volatile unsigned *pages[MOST_PAGES];

static unsigned long number(const char *hex)
{
    unsigned long value = 0;
    for (; *hex; hex++)
        value = value * 16 + (unsigned long)(*hex <= '9' ? *hex - '0' : *hex - 'a' + 10);
    return value;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc && count < MOST_PAGES; i++) {
        void *address = (void *)number(argv[i]);
        void *page = mmap(address, 4096, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (page != address)
            return 1;
        pages[count++] = page;
    }
    for (;;) {
        for (int i = 0; i < count; i++)
            *pages[i] += 1;
        getpid();
    }
}
