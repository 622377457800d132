/* After an import that failed, a system call that sleeps: whose memory does the kernel then write
   the pipe's byte to? With the bug leaked_set_fs the limit of the first call is still open; where
   it is a segment register, the way into the second call has loaded it anew, and so it must be
   after the sleep. */
#include "check.h"

int main(void)
{
    int ends[2], uf = open("/dev/uf0", O_RDWR), null = open("/dev/null", O_RDONLY);
    static char byte;
    pipe(ends);
    if (fork() == 0) {
        struct uf_request request = {1, (unsigned long)null, UF_LENGTH_AND_MODE(8, 0)};
        ioctl(uf, UF_IMPORT, &request);
        exit(read(ends[0], &byte, 1) == 1 && byte == 'x' ? 0 : 1);
    }
    sched_yield();
    write(ends[1], "x", 1);
    int status = -1;
    wait(&status);
    CHECK_IS(status, 0);
    return checked();
}
