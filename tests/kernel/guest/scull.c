/* /dev/scull0 to scull3: a quantum at a time, places, holes, emptying, and the four ways of an
   ioctl to pass a number. */
#include "abi/scull.h"
#include "check.h"

#define Q SCULL_QUANTUM

static char bytes[3 * Q];

static int again(int fd, const char *name, int flags)
{
    close(fd);
    return open(name, flags);
}

static void a_quantum_at_a_time(void)
{
    int fd = open("/dev/scull0", O_RDWR);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 11 + i / 256);
    CHECK_IS(read(fd, bytes, 10), 0); /* empty */
    CHECK_IS(write(fd, bytes, 100), 100);
    CHECK_IS(write(fd, bytes + 100, 5000), (long)Q - 100); /* to the end of the quantum */
    CHECK_IS(write(fd, bytes + Q, 5000), (long)Q);
    CHECK_IS(write(fd, bytes + 2 * Q, 17), 17);
    CHECK_IS(lseek(fd, 0, SEEK_CUR), (long)(2 * Q + 17));
    CHECK_IS(lseek(fd, 0, SEEK_END), (long)(2 * Q + 17));
    CHECK_IS(read(fd, bytes, 10), 0);
    CHECK_IS(lseek(fd, 0, SEEK_SET), 0);
    static char back[3 * Q];
    unsigned got = 0;
    long n, calls = 0;
    while ((n = read(fd, back + got, sizeof back - got)) > 0) {
        got += (unsigned)n;
        calls++;
    }
    CHECK_IS(got, 2 * Q + 17);
    CHECK_IS(calls, 3);
    CHECK(memcmp(back, bytes, got) == 0);
    close(fd);
}

/* Who opens it later finds it; who opens it for writing only finds nothing. The others are others.
 */
static void it_stays_until_it_is_emptied(void)
{
    int fd = open("/dev/scull0", O_RDONLY), other = open("/dev/scull3", O_RDWR), status;
    char c = 0;
    CHECK_IS(lseek(fd, 0, SEEK_END), (long)(2 * Q + 17));
    CHECK_IS(read(other, &c, 1), 0);
    CHECK_IS(write(other, "3", 1), 1);
    lseek(fd, 1, SEEK_SET);
    CHECK_IS(read(fd, &c, 1), 1);
    CHECK_IS(c, bytes[1]);
    CHECK_IS(write(fd, &c, 1), -1);
    CHECK_IS(errno, EBADF);
    int pid = fork();
    if (pid == 0) { /* as little as this, and a parent's reading ends */
        exit(open("/dev/scull0", O_WRONLY) >= 0 ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
    CHECK_IS(read(fd, &c, 1), 0);
    CHECK_IS(lseek(fd, 0, SEEK_END), 0);
    close(fd);
    fd = again(other, "/dev/scull3", O_RDWR);
    CHECK_IS(read(fd, &c, 1), 1);
    CHECK_IS(c, '3');
    fd = again(fd, "/dev/scull3", O_WRONLY);
    close(fd);
}

static void holes_and_far_places(void)
{
    int fd = open("/dev/scull1", O_RDWR);
    char c = 1;
    CHECK_IS(lseek(fd, 1000 * (long)Q + 3 * (long)Q, SEEK_SET),
             1003 * (long)Q); /* in the second set */
    CHECK_IS(write(fd, "far", 3), 3);
    CHECK_IS(lseek(fd, 0, SEEK_SET), 0);
    CHECK_IS(read(fd, &c, 1), 0); /* a hole is not filled */
    CHECK_IS(lseek(fd, -2, SEEK_END), 1003 * (long)Q + 1);
    CHECK_IS(read(fd, &c, 1), 1);
    CHECK_IS(c, 'a');
    CHECK_IS(lseek(fd, -1, SEEK_SET), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(lseek(fd, 0, 3), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(lseek(fd, 0x7FFFFFFF, SEEK_SET), 0x7FFFFFFF);
    CHECK_IS(lseek(fd, 1, SEEK_CUR), sizeof(long) == 8 ? 0x80000000 : -1);
    CHECK_IS(write(fd, "x", 1), -1);
    CHECK_IS(errno, EFBIG);
    fd = again(fd, "/dev/scull1", O_WRONLY);
    close(fd);
}

/* What did not arrive changes nothing, neither the size nor the bytes. */
static void bad_pointers(void)
{
    int fd = open("/dev/scull2", O_RDWR);
    char *page = mmap(NULL, 2 * PAGE, READ_WRITE, ANYWHERE, -1, 0), four[4];
    munmap(page + PAGE, PAGE);
    CHECK_IS(write(fd, "kept", 4), 4);
    lseek(fd, 0, SEEK_SET);
    memset(page, 'x', PAGE);
    CHECK_IS(write(fd, page + PAGE - 2, 4), -1);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(write(fd, NULL, 100), -1);
    CHECK_IS(lseek(fd, 0, SEEK_CUR), 0);
    CHECK_IS(read(fd, NULL, 4), -1);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(lseek(fd, 0, SEEK_CUR), 0);
    CHECK_IS(read(fd, four, 100), 4);
    CHECK(memcmp(four, "kept", 4) == 0);
    CHECK_IS(write(fd, NULL, 0), 0);
    munmap(page, PAGE);
    fd = again(fd, "/dev/scull2", O_WRONLY);
    close(fd);
}

static void set_tell_get_query(void)
{
    uint32_t value = 8;
    int fd = open("/dev/scull0", O_WRONLY);
    CHECK_IS(ioctl(fd, SCULL_IOCQQUANTUM, NULL), (long)Q);
    CHECK_IS(ioctl(fd, SCULL_IOCSQUANTUM, &value), 0);
    value = 0;
    CHECK_IS(ioctl(fd, SCULL_IOCGQUANTUM, &value), 0);
    CHECK_IS(value, 8);
    CHECK_IS(ioctl(fd, SCULL_IOCTQUANTUM, (void *)16), 0);
    CHECK_IS(ioctl(fd, SCULL_IOCQQUANTUM, NULL), 16);
    CHECK_IS(ioctl(fd, SCULL_IOCSQUANTUM, NULL), -1);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(ioctl(fd, SCULL_IOCGQUANTUM, NULL), -1);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(ioctl(fd, SCULL_IOCTQUANTUM, NULL), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(ioctl(fd, SCULL_IOCTQUANTUM, (void *)70000), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(ioctl(fd, 0x6B63, NULL), -1);
    CHECK_IS(errno, ENOTTY);
    CHECK_IS(write(fd, bytes, 100), 100); /* this one was emptied before the size changed */
    fd = again(fd, "/dev/scull0", O_WRONLY);
    CHECK_IS(write(fd, bytes, 100), 16);
    int status, pid = fork();
    if (pid == 0) {
        setuid(100);
        bool ok = ioctl(fd, SCULL_IOCTQUANTUM, (void *)4) == -1 && errno == EPERM;
        ok =
            ok && ioctl(fd, SCULL_IOCRESET, NULL) == -1 && ioctl(fd, SCULL_IOCQQUANTUM, NULL) == 16;
        exit(ok ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 0);
    CHECK_IS(ioctl(fd, SCULL_IOCRESET, NULL), 0);
    CHECK_IS(ioctl(fd, SCULL_IOCQQUANTUM, NULL), (long)Q);
    fd = again(fd, "/dev/scull0", O_WRONLY);
    close(fd);
}

int main(void)
{
    a_quantum_at_a_time();
    it_stays_until_it_is_emptied();
    holes_and_far_places();
    bad_pointers();
    set_tell_get_query();
    CHECK(open("/dev/scull4", O_RDONLY) == -1 && errno == ENOENT);
    return checked();
}
