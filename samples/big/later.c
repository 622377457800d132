/* What becomes of the pages afterwards: taken away by reclaim, missed, cut off, overwritten. */
#include "big.h"

static struct lab_stat then;

static void begin(void)
{
    lab_stat(&then);
}

static void tell(const char *step)
{
    struct lab_stat now;
    lab_stat(&now);
    printf("%-43s %2u read from disk, %2u without; swap: %u written, %u read\n", step, (unsigned)(now.major_faults - then.major_faults),
           (unsigned)(now.minor_faults - then.minor_faults), (unsigned)(now.pswpout - then.pswpout),
           (unsigned)(now.pswpin - then.pswpin));
}

static void reclaimed(void)
{
    begin(); /* once more than needed: the first time brings the page for the numbers */
    begin();
    lab_evict((void *)&far_last);
    far_last();
    tell("page 25,599 evicted, then called");
    if (swapon(64) != 0) {
        printf("there is no disk to swap to\n");
        return;
    }
    begin();
    lab_evict((void *)d0);
    (void)d0[0];
    tell("d0 evicted, then read");
}

static void on_fault(int signal, struct siginfo *info, void *at)
{
    (void)at;
    printf("%-43s signal %d (%s), si_code %d\n", "", signal, signal == SIGBUS ? "SIGBUS" : "SIGSEGV", info->si_code);
    exit(0);
}

static void try(const char *step, int (*function)(void))
{
    printf("%s\n", step);
    int child = fork();
    if (child == 0) {
        on_signal(SIGSEGV, on_fault, SA_SIGINFO);
        on_signal(SIGBUS, on_fault, SA_SIGINFO);
        printf("%-43s it returned %d\n", "", function());
        exit(0);
    }
    waitpid(child, NULL, 0);
}

/* Code in a file that is still being written: what is there can run. mov eax, N; ret. */
static const unsigned char code[] = {0xB8, 42, 0, 0, 0, 0xC3};

static void run_while_copying(void)
{
    int fd = memfd_create("copy", 0);
    char *copy = mmap(NULL, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    write(fd, code, sizeof code);
    try("a copy of which the first page has arrived", (int (*)(void))copy);
    try("  its second page, which has not", (int (*)(void))(copy + PAGE));
    lseek(fd, PAGE, SEEK_SET);
    write(fd, code, sizeof code);
    try("  its second page, now that it has", (int (*)(void))(copy + PAGE));
    ftruncate(fd, 0);
    try("  the first, after the file was cut to nothing", (int (*)(void))copy);
    close(fd);
}

void later(void)
{
    reclaimed();
    try("a call behind the last page", (int (*)(void))(DATA + 5 * PAGE));
    run_while_copying();
}
