/* Mapped files. The file is another program, `moving`: the first bytes of an ELF file are known. Its own, which runs, nobody may
   write to. */
#include "check.h"

#define M 0x30000000ul
#define SIGBUS 7
#define SIGSEGV 11

static const char file[] = "moving";
static uint32_t size, pages;
static bool segmented; /* Linux 2.0 asks for a whole range before it copies any of it */

static long map(uintptr_t address, size_t length, int prot, int flags, int fd, uint32_t page)
{
    void *at = mmap((void *)address, length, prot, flags, fd, (long)(page * PAGE));
    return at == MAP_FAILED ? -errno : (long)at;
}

static int outcome(void (*access)(volatile char *), volatile char *address)
{
    int status = -1, pid = fork();
    if (pid == 0) {
        access(address);
        exit(0);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void load(volatile char *address)
{
    (void)*address;
}

static void store(volatile char *address)
{
    *address = 1;
}

static void opening(void)
{
    CHECK_IS(open("no such file", O_RDONLY), -1);
    CHECK_IS(errno, ENOENT);
    CHECK_IS(raw_call(SYS_open, 0, 0, 0), -EFAULT);
    CHECK_IS(close(9), -1);
    int fd = open(file, O_RDWR);
    CHECK_IS(fd, 3);
    size = (uintptr_t)lseek(fd, 0, SEEK_END);
    pages = (size + PAGE - 1) / PAGE;
    CHECK(size > 4 * PAGE && size % PAGE != 0);
    char head[4];
    CHECK_IS(read(fd, head, 4), 0);
    CHECK_IS(lseek(fd, 0, SEEK_SET), 0);
    CHECK_IS(read(fd, head, 4), 4);
    CHECK(memcmp(head, "\177ELF", 4) == 0);
    CHECK_IS(lseek(fd, 0, SEEK_CUR), 4);
    CHECK_IS(raw_call(SYS_lseek, fd, -5, SEEK_CUR), -EINVAL);
    CHECK_IS(close(fd), 0);
    CHECK_IS(read(fd, head, 4), -1);
}

/* Why the file cannot be run: an error number. In a child, for whose program it is the end if it can. */
static int refusal_to_run(void)
{
    char *none[] = {NULL};
    int status = -1, pid = fork();
    if (pid == 0) {
        execve(file, none, none);
        exit(errno);
    }
    waitpid(pid, &status, 0);
    return status >> 8;
}

/* A program that runs is not written to, and what is being written does not run. */
static void running(const char *self)
{
    char *none[] = {NULL};
    CHECK_IS(open(self, O_RDWR), -1);
    CHECK_IS(errno, ETXTBSY);
    CHECK_IS(open(self, O_WRONLY), -1);
    int mine = open(self, O_RDONLY), other = open(file, O_WRONLY), status = -1;
    CHECK(mine >= 0 && other >= 0);
    CHECK_IS(refusal_to_run(), ETXTBSY);
    close(other);
    other = open(file, O_RDWR); /* a shared mapping that may write goes on writing when the descriptor is closed */
    char *page = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, other, 0);
    CHECK(page != MAP_FAILED);
    close(other);
    CHECK_IS(munmap(page, PAGE), 0);
    CHECK_IS(refusal_to_run(), ETXTBSY);
    CHECK_IS(munmap(page + PAGE, PAGE), 0);
    if (fork() == 0) { /* a child runs it too, and then no more */
        CHECK_IS(open(self, O_RDWR), -1);
        exit(0);
    }
    wait(&status);
    CHECK_IS(status, 0);
    CHECK_IS(open(self, O_RDWR), -1);
    int pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execve(file, none, none);
        exit(120);
    }
    waitpid(pid, &status, 0);
    CHECK(WIFSTOPPED(status)); /* at the first instruction */
    CHECK_IS(open(file, O_WRONLY), -1);
    CHECK_IS(errno, ETXTBSY);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    other = open(file, O_WRONLY);
    CHECK(other >= 0);
    close(other);
    close(mine);
}

/* msync stores what anybody wrote to the pages, not only the caller: shared memory without a file has nowhere to go without swap. */
static void syncing(void)
{
    volatile char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = -1;
    CHECK(shared != MAP_FAILED);
    CHECK_IS(*shared, 0);
    CHECK_IS(raw_call(SYS_msync, (uintptr_t)shared, PAGE, MS_SYNC), 0); /* nobody has written */
    if (fork() == 0) {
        shared[0] = 1; /* its entry knows of the write, and no other does */
        while (shared[1] == 0)
            sched_yield();
        exit(0);
    }
    while (shared[0] == 0)
        sched_yield();
    CHECK_IS(raw_call(SYS_msync, (uintptr_t)shared, PAGE, MS_SYNC), -EIO);
    shared[1] = 1;
    wait(&status);
    CHECK_IS(status, 0);
    CHECK_IS(munmap((char *)shared, PAGE), 0);
}

static void refusals(void)
{
    int ro = open(file, O_RDONLY), wo = open(file, O_WRONLY);
    CHECK_IS(map(M, PAGE, PROT_READ, MAP_PRIVATE, 9, 0), -EBADF);
    CHECK_IS(map(M, 0, PROT_READ, MAP_PRIVATE, ro, 0), -EINVAL);
    CHECK_IS(map(M, PAGE, PROT_READ, 0, ro, 0), -EINVAL);
    CHECK_IS(map(M, PAGE, PROT_READ, MAP_PRIVATE, wo, 0), -EACCES);
    CHECK_IS(map(M, PAGE, READ_WRITE, MAP_SHARED, ro, 0), -EACCES);
    CHECK_IS(map(M, PAGE, PROT_READ, MAP_PRIVATE, 0, 0), -ENODEV); /* the console */
    CHECK_IS(map(M, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, ro, 0), -EINVAL);
#ifndef __x86_64__
    struct old_mmap_arguments far = {M, PAGE, PROT_READ, MAP_PRIVATE, (unsigned long)ro, 5};
    CHECK_IS(raw_call(SYS_old_mmap, (long)&far, 0, 0), -EINVAL);
#endif
    close(ro);
    close(wo);
}

static void reading(void)
{
    int fd = open(file, O_RDONLY);
    char *text = (char *)map(M, pages * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    CHECK_IS(text, M);
    close(fd); /* the mapping does not need it */
    CHECK(memcmp(text, "\177ELF", 4) == 0);
    for (uint32_t at = size; at % PAGE != 0; at++) /* behind the end, in the last page */
        CHECK_IS(text[at], 0);
    CHECK_IS(outcome(store, text), SIGSEGV);
    CHECK_IS(mprotect(text, PAGE, READ_WRITE), 0); /* private: the file is safe */
    text[0] = 'X';
    fd = open(file, O_RDONLY);
    char *again = (char *)map(0, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    CHECK_IS(again[0], 0x7F);
    CHECK_IS(mprotect(again, PAGE, READ_WRITE), -1); /* opened to read, mapped to share */
    CHECK_IS(errno, EACCES);
    close(fd);
    munmap(again, 2 * PAGE);
    munmap(text, pages * PAGE);
}

/* Offsets, and what merges: neighbours in memory that are neighbours in the file. */
static void offsets(void)
{
    int fd = open(file, O_RDONLY);
    unsigned before = (unsigned)stat_now().vmas;
    char *all = (char *)map(M, 4 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    char *one = (char *)map(M + 0x10000, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 1);
    char *two = (char *)map(M + 0x11000, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 2);
    CHECK_IS(stat_now().vmas, before + 2);
    map(M + 0x12000, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 2);
    CHECK_IS(stat_now().vmas, before + 3);
    CHECK(memcmp(one, all + PAGE, PAGE) == 0 && memcmp(two, all + 2 * PAGE, PAGE) == 0);
    CHECK_IS(munmap(one, PAGE), 0); /* the upper half keeps its place in the file */
    CHECK(memcmp(two, all + 2 * PAGE, PAGE) == 0);
    munmap(all, 4 * PAGE);
    munmap(two, 2 * PAGE);
    CHECK_IS(stat_now().vmas, before);
    close(fd);
}

/* Two processes and read() see what is written through a shared mapping. */
static void sharing(void)
{
    int fd = open(file, O_RDWR), status;
    char *shared = (char *)map(M, pages * PAGE, READ_WRITE, MAP_SHARED, fd, 0);
    uint32_t last = size - 1, resident = stat_now().resident;
    CHECK_IS(outcome(store, shared + last), 0);
    CHECK_IS(shared[last], 1);
    CHECK_IS(stat_now().resident, resident + 1);
    char byte = 0;
    lseek(fd, (long)last, SEEK_SET);
    CHECK_IS(read(fd, &byte, 1), 1);
    CHECK_IS(byte, 1);
    byte = 2;
    lseek(fd, (long)last, SEEK_SET);
    CHECK_IS(write(fd, &byte, 1), 1);
    CHECK_IS(shared[last], 2);
    CHECK_IS(write(fd, &byte, 1), -1); /* a file does not grow */
    CHECK_IS(errno, ENOSPC);
    CHECK_IS(msync(shared, pages * PAGE, MS_SYNC), 0);
    CHECK_IS(msync(shared, pages * PAGE, MS_SYNC | MS_ASYNC), -1);
    CHECK_IS(msync(shared + 1, PAGE, MS_SYNC), -1);
    CHECK_IS(msync(shared, (pages + 1) * PAGE, MS_SYNC), -1);
    CHECK_IS(errno, ENOMEM);
    munmap(shared, pages * PAGE);
    int pid = fork();
    if (pid == 0) { /* the file itself has it */
        lseek(fd, (long)last, SEEK_SET);
        exit(read(fd, &byte, 1) == 1 && byte == 2 ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
    close(fd);
}

/* A page that is wholly behind the end has no bytes to show, even if the VMA covers it. */
static void behind_the_end(void)
{
    int fd = open(file, O_RDWR);
    char *text = (char *)map(M, (pages + 2) * PAGE, READ_WRITE, MAP_SHARED, fd, 0);
    CHECK_IS(outcome(load, text + pages * PAGE), SIGBUS);
    CHECK_IS(outcome(store, text + pages * PAGE), SIGBUS);
    if (!segmented) { /* the kernel gets an error only */
        CHECK_IS(lab_peek(text + pages * PAGE, 8, LAB_COPY), 8);
        CHECK_IS(lab_peek(text + pages * PAGE - 4, 8, LAB_COPY), 4);
    }
    munmap(text, (pages + 2) * PAGE);

    /* And what is cut off is lost to those who have mapped it, but not private copies. */
    text = (char *)map(M, pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    char *copy = (char *)map(M + 0x100000, pages * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
    load(text + (pages - 1) * PAGE);
    copy[(pages - 1) * PAGE] = 'c';
    CHECK_IS(ftruncate(fd, size + 1), -1);
    CHECK_IS(ftruncate(fd, (pages - 1) * PAGE - 16), 0);
    CHECK_IS(outcome(load, text + (pages - 1) * PAGE), SIGBUS);
    CHECK_IS(copy[(pages - 1) * PAGE], 'c');
    for (unsigned i = 1; i <= 16; i++)
        CHECK_IS(text[(pages - 1) * PAGE - i], 0);
    munmap(text, pages * PAGE);
    munmap(copy, pages * PAGE);
    close(fd);
}

/* A write that meets a bad address has written what it had: in this file's pages of 4 bytes and
   more, the part up to the bad address, or up to the page for which the whole question failed. */
static void half_a_write(void)
{
    int fd = open(file, O_RDWR), had = segmented ? 4 : 8;
    char *page = map_at(M, PAGE, READ_WRITE);
    char four[5] = "";
    memcpy(page + PAGE - 8, "12345678", 8);
    lseek(fd, PAGE - 4, SEEK_SET);
    CHECK_IS(write(fd, page + PAGE - 8, 16), had);
    CHECK_IS(lseek(fd, 0, SEEK_CUR), PAGE - 4 + had);
    lseek(fd, PAGE - 4, SEEK_SET);
    CHECK_IS(read(fd, four, 4), 4);
    CHECK(memcmp(four, "1234", 4) == 0);
    CHECK_IS(read(fd, four, 4), 4);
    CHECK_IS(memcmp(four, "5678", 4) == 0, !segmented);
    CHECK_IS(write(fd, page + PAGE, 16), -1);
    CHECK_IS(errno, EFAULT);
    lseek(fd, PAGE - 4, SEEK_SET);
    CHECK_IS(read(fd, page + PAGE - 8, 16), had);
    close(fd);
    munmap(page, PAGE);
}

/* More than is needed is never taken, and all of it comes back. */
static void no_frame_is_lost(void)
{
    uint32_t before = 0;
    for (unsigned round = 0; round < 3; round++) {
        int fd = open(file, O_RDWR);
        char *shared = (char *)map(M, 2 * PAGE, READ_WRITE, MAP_SHARED, fd, 0);
        char *private = (char *)map(M + 0x100000, 2 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
        char *nobody = (char *)map(M + 0x200000, 2 * PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        shared[PAGE] = private[PAGE] = nobody[PAGE] = 1;
        CHECK_IS(outcome(store, nobody), 0);
        CHECK_IS(nobody[0], 1);
        munmap(shared, 2 * PAGE);
        munmap(private, 2 * PAGE);
        munmap(nobody, 2 * PAGE);
        close(fd);
        if (round > 0)
            CHECK_IS(stat_now().frames_free, before);
        before = stat_now().frames_free;
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    segmented = stat_now().page_offset == 0;
    opening();
    running(argv[0]);
    refusals();
    reading();
    offsets();
    sharing();
    syncing();
    half_a_write();
    no_frame_is_lost();
    behind_the_end();
    return checked();
}
