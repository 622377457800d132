/* /dev/null, /dev/zero and /dev/console, and whose the process is. All but the last function is as
   true on Linux, and runs there. */
#include "check.h"

static char *page;
static bool asks_first; /* verify_area: all of a buffer or nothing, as Linux had it up to 2.0 */

static void null(void)
{
    int fd = open("/dev/null", O_RDWR);
    CHECK(fd >= 0);
    CHECK_IS(write(fd, NULL, 16), 16); /* not looked at */
    CHECK_IS(write(fd, page, 3 * PAGE), (long)(3 * PAGE));
    CHECK_IS(read(fd, NULL, 16), 0);
    CHECK_IS(lseek(fd, 100, SEEK_SET), 0);
    CHECK_IS(ioctl(fd, 0x1234, NULL), -1);
    CHECK_IS(errno, ENOTTY);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
    CHECK_IS(errno, ENODEV);
    CHECK_IS(ftruncate(fd, 0), -1);
    CHECK_IS(errno, EINVAL);
    close(fd);
}

/* The second page is a hole. */
static void zero(void)
{
    int fd = open("/dev/zero", O_RDWR);
    memset(page, 'x', PAGE);
    CHECK_IS(read(fd, page + 4, 8), 8);
    CHECK(memcmp(page, "xxxx\0\0\0\0\0\0\0\0xxxx", 16) == 0);
    if (asks_first) {
        CHECK_IS(read(fd, page + PAGE - 8, 16), -1);
        CHECK(memcmp(page + PAGE - 12, "xxxxxxxxxxxx", 12) == 0);
    } else {
        CHECK_IS(read(fd, page + PAGE - 8, 16), 8); /* as far as it goes */
        CHECK(memcmp(page + PAGE - 12, "xxxx\0\0\0\0\0\0\0\0", 12) == 0);
    }
    CHECK_IS(read(fd, page + PAGE, 8), -1);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(read(fd, NULL, 0), 0);
    CHECK_IS(write(fd, NULL, 16), 16);
    mprotect(page, PAGE, PROT_READ);
    CHECK_IS(read(fd, page, 8), -1); /* no signal: the kernel's write is refused, and told so */
    CHECK_IS(errno, EFAULT);
    mprotect(page, PAGE, READ_WRITE);
    close(fd);
}

/* Memory, as it was had before there was MAP_ANONYMOUS. */
static void zero_mapped(void)
{
    int fd = open("/dev/zero", O_RDWR), status;
    char volatile *own = mmap(NULL, 2 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
    char volatile *both = mmap(NULL, 2 * PAGE, READ_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    CHECK(own != MAP_FAILED && both != MAP_FAILED);
    CHECK(own[PAGE] == 0 && both[PAGE] == 0);
    own[0] = both[0] = 1;
    int pid = fork();
    if (pid == 0) {
        own[0] = both[0] = 2;
        both[PAGE] = 3;
        exit(0);
    }
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(own[0], 1);
    CHECK_IS(both[0], 2);
    CHECK_IS(both[PAGE], 3);
    munmap((void *)own, 2 * PAGE);
    munmap((void *)both, 2 * PAGE);
}

static void identity(void)
{
    int status, pid = fork();
    CHECK(getuid() == 0 && geteuid() == 0);
    if (pid == 0) {
        bool ok = setuid(100) == 0 && getuid() == 100 && geteuid() == 100;
        ok = ok && setuid(200) == -1 && errno == EPERM && setuid(0) == -1 && errno == EPERM;
        ok = ok && setuid(100) == 0 && kill(1, 0) == -1 && errno == EPERM;
        exit(ok ? 0 : 1);
    }
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, 0);
    CHECK_IS(getuid(), 0);
}

/* The console by its name, in both directions, and that nothing of all this is kept. */
static void console(void)
{
    unsigned long before = stat_now().frames_free;
    for (unsigned round = 0; round < 2; round++) {
        int fd = open("/dev/console", O_RDWR), ends[2];
        CHECK_IS(fd, 3);
        CHECK_IS(write(fd, ".\n", 2), 2);
        CHECK_IS(read(fd, page, 1), 0);
        CHECK_IS(lseek(fd, 0, SEEK_CUR), -1);
        CHECK_IS(errno, ESPIPE);
        CHECK_IS(ioctl(fd, LAB_DR, NULL), -1);
        CHECK_IS(errno, EFAULT);
        close(fd);
        CHECK_IS(pipe(ends), 0);
        write(ends[1], page, PAGE);
        close(ends[0]);
        close(ends[1]);
        if (round == 0)
            before = stat_now().frames_free;
    }
    CHECK_IS(stat_now().frames_free, before);
}

int main(int argc, char **argv)
{
    bool on_linux = argc > 1 && strcmp(argv[1], "linux") == 0;
    asks_first = !on_linux && stat_now().page_offset == 0;
    page = mmap(NULL, 2 * PAGE, READ_WRITE, ANYWHERE, -1, 0);
    munmap(page + PAGE, PAGE);
    null();
    zero();
    zero_mapped();
    if (!on_linux || getuid() == 0)
        identity();
    if (!on_linux)
        console();
    return checked();
}
