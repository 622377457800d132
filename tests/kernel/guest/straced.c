/* System calls whose arguments have names, and two processes that wait for each other: run here and on a Linux, and shown by
   `ringside strace` and by strace, it must look the same. Nothing in it depends on where things are. */
#include "libc.h"

#define PAGE 4096u
#define A 0x20000000u
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static void handler(int signal)
{
    (void)signal;
}

static void memory(void)
{
    mmap((void *)A, 4 * PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0);
    mmap((void *)(A + 8 * PAGE), PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    mprotect((void *)A, PAGE, PROT_READ | PROT_EXEC);
    mprotect((void *)(A + 1), PAGE, PROT_NONE);
    mprotect((void *)A, PAGE, 0x1000);
    madvise((void *)A, PAGE, MADV_DONTNEED);
    msync((void *)A, PAGE, MS_SYNC);
    mremap((void *)(A + 2 * PAGE), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)(A + 16 * PAGE));
    munmap((void *)A, PAGE);
    munmap((void *)(A + 1), PAGE);
}

static void files(void)
{
    char *buffer = (char *)(A + PAGE);
    int fd = open("/dev/zero", O_RDONLY);
    read(fd, buffer, 3);
    read(fd, (void *)A, 3);
    close(fd);
    close(fd);
    open("/no/such/file", O_RDWR);
    int *ends = (int *)(A + PAGE);
    pipe(ends);
    write(ends[1], "two\nlines\t\1\n", 12);
    read(ends[0], buffer + 64, 100);
    lseek(ends[0], 0, SEEK_CUR);
    write(1, "a line that is longer than thirty-two bytes\n", 44);
    write(9, NULL, 1);
    close(ends[0]);
    close(ends[1]);
}

static void signals(void)
{
    sigset_t set = SIGNAL_SET(SIGUSR1) | SIGNAL_SET(SIGCHLD), *old = (sigset_t *)(A + PAGE + 512);
    sigprocmask(SIG_BLOCK, &set, old);
    sigprocmask(SIG_SETMASK, old, NULL);
    sigprocmask(77, &set, NULL);
    set = ~(sigset_t)0;
    sigprocmask(SIG_SETMASK, &set, NULL);
    set = SIGNAL_SET(32) | SIGNAL_SET(64);
    sigprocmask(SIG_SETMASK, &set, old);
    sigprocmask(SIG_SETMASK, old, NULL);
    set = 0;
    sigprocmask(SIG_SETMASK, &set, old);
    struct sigaction action = {.handler = SIG_IGN, .flags = SA_RESTART, .mask = SIGNAL_SET(SIGTERM)};
    sigaction(SIGUSR2, &action, NULL);
    action.handler = SIG_DFL;
    sigaction(SIGUSR2, &action, (struct sigaction *)(A + PAGE + 1024));
    (void)handler;
}

static void processes(void)
{
    int *status = (int *)(A + PAGE + 2048);
    struct timespec moment = {0, 1000};
    int child = fork();
    if (child == 0) {
        nanosleep(&moment, NULL);
        exit_group(3);
    }
    waitpid(child, status, 0);
    child = fork();
    if (child == 0) {
        *(volatile char *)A = 1; /* is not mapped any more */
        exit_group(4);
    }
    wait4(-1, status, 0, NULL);
    waitpid(-1, status, WNOHANG);
    kill(-0x7FFF, 0);
}

int main(void)
{
    memory();
    files();
    signals();
    processes();
    exit_group(7);
}
