/* How can a program notice that memory is written to? Five ways to watch, three writers: the program itself, the kernel working
   for it, and a device. The step numbers are those of docs/topics/watch.md. */
#include "watch.h"

static const char *self;

int kernel_writes(volatile void *to, unsigned n)
{
    int fd = open(self, O_RDONLY);
    long result = read(fd, (void *)to, n);
    int error = errno;
    close(fd);
    return result < 0 ? -error : (int)result;
}

static void tell(const struct noticed *row)
{
    printf("%-35s %-23s %-35s %s\n", row->by, row->user, row->kernel, row->device);
}

int main(int argc, char **argv)
{
    (void)argc;
    self = argv[0];
    if (mmap((void *)B, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        return 1;
    printf("w1   b is two pages at %08x\n", B);
    watch_by_rights();
    watch_by_registers();
    watch_by_asking();
    watch_a_device();
    printf("\n");
    tell(&(struct noticed){"noticed by", "a store", "read(), the kernel", "a device (DMA)"});
    const struct noticed *rows[] = {&by_rights, &by_registers, &by_soft_dirty, &by_copy, &by_sum, &by_doorbell};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tell(rows[i]);
    return 0;
}
