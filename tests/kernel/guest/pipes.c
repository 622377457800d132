/* Pipes: bytes in order, two ends that wait for each other, what is told when one is gone, and that
   nothing is lost to a bad pointer. Everything here is as true on Linux: the program also runs
   there. */
#include "check.h"

static int ends[2];
static char buffer[PAGE];

static void close_both(void)
{
    close(ends[0]);
    close(ends[1]);
}

static void bytes_come_out_as_they_went_in(void)
{
    CHECK_IS(pipe(ends), 0);
    CHECK_IS(ends[0], 3);
    CHECK_IS(ends[1], 4);
    CHECK_IS(write(ends[1], "abc", 3), 3);
    CHECK_IS(write(ends[1], "defg", 4), 4);
    CHECK_IS(read(ends[0], buffer, 5), 5);
    CHECK(memcmp(buffer, "abcde", 5) == 0);
    CHECK_IS(read(ends[0], buffer, sizeof buffer), 2); /* what there is, not what was asked for */
    CHECK(memcmp(buffer, "fg", 2) == 0);
    CHECK_IS(write(ends[1], NULL, 0), 0);
    CHECK_IS(read(ends[0], NULL, 0), 0);
    CHECK_IS(read(ends[1], buffer, 1), -1);
    CHECK_IS(errno, EBADF);
    CHECK_IS(write(ends[0], buffer, 1), -1);
    CHECK_IS(errno, EBADF);
    CHECK_IS(lseek(ends[0], 0, SEEK_SET), -1);
    CHECK_IS(errno, ESPIPE);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0) == MAP_FAILED);
    CHECK_IS(errno, ENODEV);
    close_both();
}

/* Round and round the pipe's page: each piece begins where the last one ended. */
static void pieces_go_round_the_page(void)
{
    pipe(ends);
    unsigned char next_in = 0, next_out = 0;
    bool ok = true;
    for (unsigned n = 1; n < 400; n += 7) {
        for (unsigned i = 0; i < n; i++)
            buffer[i] = (char)next_in++;
        ok = ok && write(ends[1], buffer, n) == (long)n;
        memset(buffer, 0, n);
        ok = ok && read(ends[0], buffer, sizeof buffer) == (long)n;
        for (unsigned i = 0; i < n; i++)
            ok = ok && (unsigned char)buffer[i] == next_out++;
    }
    CHECK(ok);
    close_both();
}

#define LONG 100000u

/* Much more than a pipe holds: the writer sleeps whenever it is full, the reader whenever it is
   empty. */
static void a_long_write_waits_for_its_reader(void)
{
    static unsigned char all[LONG];
    int status;
    pipe(ends);
    int pid = fork();
    if (pid == 0) {
        for (unsigned i = 0; i < LONG; i++)
            all[i] = (unsigned char)(i * 7 + i / 256);
        close(ends[0]);
        exit(write(ends[1], all, LONG) == (long)LONG ? 0 : 1);
    }
    close(ends[1]);
    unsigned got = 0;
    long n;
    while ((n = read(ends[0], all + got, LONG - got)) > 0)
        got += (unsigned)n;
    CHECK_IS(got, LONG);
    bool same = true;
    for (unsigned i = 0; i < LONG; i++)
        same = same && all[i] == (unsigned char)(i * 7 + i / 256);
    CHECK(same);
    CHECK_IS(read(ends[0], all, 1), 0); /* the writer is gone: the end */
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, 0);
    close(ends[0]);
}

#define WRITERS 3
#define RECORDS 40
#define RECORD  1000u

/* Up to 4096 bytes are written in one piece, whoever else writes. */
static void writers_do_not_tear_each_other_s_records(void)
{
    pipe(ends);
    for (unsigned writer = 0; writer < WRITERS; writer++) {
        if (fork() == 0) {
            memset(buffer, (int)('a' + writer), RECORD);
            for (unsigned i = 0; i < RECORDS; i++)
                if (write(ends[1], buffer, RECORD) != (long)RECORD)
                    exit(1);
            exit(0);
        }
    }
    close(ends[1]);
    unsigned whole = 0, got = 0;
    long n;
    while ((n = read(ends[0], buffer + got, RECORD - got)) > 0) {
        got += (unsigned)n;
        if (got < RECORD)
            continue;
        got = 0;
        bool same = true;
        for (unsigned i = 1; i < RECORD; i++)
            same = same && buffer[i] == buffer[0];
        whole += same;
    }
    CHECK_IS(whole, WRITERS * RECORDS);
    CHECK_IS(got, 0);
    for (unsigned writer = 0; writer < WRITERS; writer++) {
        int status = 1;
        wait(&status);
        CHECK_IS(status, 0);
    }
    close(ends[0]);
}

static int volatile count, last;
static void counting(int signal)
{
    last = signal;
    count++;
}

static void nobody_reads(void)
{
    int status;
    pipe(ends);
    close(ends[0]);
    int pid = fork();
    if (pid == 0) {
        write(ends[1], "x", 1); /* does not return */
        exit(0);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, SIGPIPE);
    on_signal(SIGPIPE, counting, 0);
    count = 0;
    CHECK_IS(write(ends[1], "x", 1), -1);
    CHECK_IS(errno, EPIPE);
    CHECK(count == 1 && last == SIGPIPE);
    on_signal(SIGPIPE, (void *)SIG_IGN, 0);
    CHECK_IS(write(ends[1], "x", 1), -1);
    CHECK_IS(errno, EPIPE);
    CHECK_IS(count, 1);
    CHECK_IS(write(ends[1], "x", 0), 0); /* nothing is written, so nobody is missed */
    on_signal(SIGPIPE, (void *)SIG_DFL, 0);
    close(ends[1]);
}

/* 8 bytes that can be read, then a hole; the same with a page that cannot be written. */
static void bad_pointers_cost_no_bytes(void)
{
    char *page = mmap(NULL, 2 * PAGE, READ_WRITE, ANYWHERE, -1, 0);
    memcpy(page + PAGE - 8, "12345678", 8);
    munmap(page + PAGE, PAGE);
    pipe(ends);
    CHECK_IS(write(ends[1], "before", 6), 6);
    CHECK_IS(write(ends[1], page + PAGE - 8, 16), -1);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(write(ends[1], NULL, 16), -1);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(read(ends[0], page + PAGE - 4, 6), -1);
    CHECK_IS(errno, EFAULT);
    mprotect(page, PAGE, PROT_READ);
    CHECK_IS(read(ends[0], page, 6), -1);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(read(ends[0], buffer, sizeof buffer), 6);
    CHECK(memcmp(buffer, "before", 6) == 0);
    close_both();
    CHECK_IS(pipe((int *)(page + 8)), -1); /* the numbers cannot be told: no pipe */
    CHECK_IS(errno, EFAULT);
    CHECK_IS(pipe(ends), 0);
    CHECK_IS(ends[0], 3);
    CHECK_IS(ends[1], 4);
    close_both();
    munmap(page, PAGE);
}

static const struct timespec short_time = {0, 20000000};

/* A child that sends a signal to a parent asleep in read, and then something to read. */
static int disturber(void)
{
    int pid = fork();
    if (pid == 0) {
        nanosleep(&short_time, NULL);
        kill(getppid(), SIGUSR1);
        nanosleep(&short_time, NULL);
        write(ends[1], "late", 4);
        exit(0);
    }
    return pid;
}

static void a_signal_ends_the_wait(void)
{
    pipe(ends);
    count = 0;
    on_signal(SIGUSR1, counting, 0);
    disturber();
    CHECK_IS(read(ends[0], buffer, 4), -1);
    CHECK_IS(errno, EINTR);
    CHECK_IS(read(ends[0], buffer, 4), 4);
    wait(NULL);
    on_signal(SIGUSR1, counting, SA_RESTART);
    disturber();
    CHECK_IS(read(ends[0], buffer, 4), 4);
    CHECK(memcmp(buffer, "late", 4) == 0);
    CHECK_IS(count, 2);
    wait(NULL);
    on_signal(SIGUSR1, (void *)SIG_DFL, 0);
    close_both();
}

int main(void)
{
    bytes_come_out_as_they_went_in();
    pieces_go_round_the_page();
    a_long_write_waits_for_its_reader();
    writers_do_not_tear_each_other_s_records();
    nobody_reads();
    bad_pointers_cost_no_bytes();
    a_signal_ends_the_wait();
    return checked();
}
