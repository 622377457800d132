/* process_vm_readv: lists of pieces that do not fit each other, what is not there, and who may. All
   of it is as true on Linux, and runs there. */
#include "check.h"

static char *page; /* shared by nobody: the child has its own bytes at the same number */
static int ends[2], child;
static char buffer[3 * PAGE];

static long readv(int pid, const struct iovec *ours, unsigned our_count, const struct iovec *theirs,
                  unsigned their_count)
{
    long got = process_vm_readv(pid, ours, our_count, theirs, their_count, 0);
    return got < 0 ? -errno : got;
}

static struct iovec at(const void *base, unsigned long length)
{
    return (struct iovec){(unsigned long)base, length};
}

/* It has other bytes there than we, and waits until nobody can write to the pipe any more. */
static void begin_child(unsigned uid)
{
    int ready[2];
    char c;
    pipe(ends);
    pipe(ready);
    child = fork();
    if (child == 0) {
        close(ends[1]);
        for (unsigned i = 0; i < 2 * PAGE; i++)
            page[i] = (char)('a' + i % 26);
        setuid((int)uid);
        write(ready[1], "", 1);
        read(ends[0], &c, 1);
        exit(0);
    }
    read(ready[0], &c, 1);
    close(ready[0]);
    close(ready[1]);
}

static void end_child(void)
{
    close(ends[0]);
    close(ends[1]);
    wait(NULL);
}

static void pieces(void)
{
    struct iovec one = at(page, 5), ours = at(buffer, 5);
    memset(page, '-', 2 * PAGE);
    CHECK_IS(readv(child, &ours, 1, &one, 1), 5);
    CHECK(memcmp(buffer, "abcde", 5) == 0);
    CHECK_IS(page[0], '-');
    /* Three of theirs into two of ours, with an empty one, and across a page. */
    struct iovec theirs[] = {at(page + 1, 2), at(page, 0), at(page + PAGE - 3, 6),
                             at(page + 25, 2)};
    struct iovec two[] = {at(buffer, 4), at(buffer + 100, 100)};
    memset(buffer, '.', sizeof buffer);
    CHECK_IS(readv(child, two, 2, theirs, 4), 10);
    char expected[10] = {'b', 'c'};
    for (unsigned i = 0; i < 6; i++)
        expected[2 + i] = (char)('a' + (PAGE - 3 + i) % 26);
    expected[8] = 'z';
    expected[9] = 'a';
    CHECK(memcmp(buffer, expected, 4) == 0 && buffer[4] == '.');
    CHECK(memcmp(buffer + 100, expected + 4, 6) == 0 && buffer[106] == '.');
    struct iovec all = at(page, 2 * PAGE), room = at(buffer, sizeof buffer);
    CHECK_IS(readv(child, &room, 1, &all, 1), (long)(2 * PAGE));
    bool same = true;
    for (unsigned i = 0; i < 2 * PAGE; i++)
        same = same && buffer[i] == (char)('a' + i % 26);
    CHECK(same);
}

/* The page behind the two is a hole, in both. */
static void what_is_not_there(void)
{
    struct iovec theirs[] = {at(page, 4), at(page + 2 * PAGE, 4), at(page, 4)},
                 room = at(buffer, 64);
    CHECK_IS(readv(child, &room, 1, theirs, 3), 4); /* up to it */
    CHECK_IS(readv(child, &room, 1, theirs + 1, 2), -EFAULT);
    struct iovec across = at(page + 2 * PAGE - 3, 8);
    CHECK_IS(readv(child, &room, 1, &across, 1), 3);
    struct iovec bad = at(page + 2 * PAGE, 4), kernel = at((void *)0xFFFFE000, 4);
    CHECK_IS(readv(child, &bad, 1, theirs, 1), -EFAULT);
    CHECK_IS(readv(child, &room, 1, &kernel, 1), -EFAULT);
    CHECK_IS(readv(child, (const struct iovec *)(page + 2 * PAGE), 1, theirs, 1), -EFAULT);
    CHECK_IS(readv(child, &room, 1, (const struct iovec *)(page + 2 * PAGE), 1), -EFAULT);
    CHECK_IS(readv(child, &room, 0, theirs, 1), 0);
    CHECK_IS(readv(child, &room, 1, theirs, 0), 0);
    CHECK_IS(readv(child, &room, UIO_MAXIOV + 1, theirs, 1), -EINVAL);
    CHECK_IS(readv(child, &room, 1, theirs, UIO_MAXIOV + 1), -EINVAL);
    CHECK_IS(process_vm_readv(child, &room, 1, theirs, 1, 1), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(readv(30000, &room, 1, theirs, 1), -ESRCH);
}

static void whose(void)
{
    int status, pid = fork();
    if (pid == 0) {
        struct iovec theirs = at(page, 4), room = at(buffer, 4);
        setuid(200);
        exit(readv(child, &room, 1, &theirs, 1) == -EPERM ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
}

int main(void)
{
    page = mmap(NULL, 3 * PAGE, READ_WRITE, ANYWHERE, -1, 0);
    munmap(page + 2 * PAGE, PAGE);
    begin_child(0);
    pieces();
    what_is_not_there();
    if (getuid() == 0)
        whose();
    end_child();
    return checked();
}
