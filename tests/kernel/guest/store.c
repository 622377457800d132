/* The store: results, the order of its errors, rights, quota, and that a failure leaves it as it
   was. By system call and by ioctl. */
#include "check.h"

#define OWNER UF_OWNER
#define ALL   (UF_OWNER | UF_OTHERS)

static char *page; /* the one behind it is a hole */
static char buffer[UF_MAX_LENGTH];

/* What the function says in a process of that user: 0 is good, 1 is bad. */
static int as(unsigned uid, bool (*function)(void))
{
    int status = -1, pid = fork();
    if (pid == 0) {
        setuid((int)uid);
        exit(function() ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void results(void)
{
    CHECK_IS(uf_obj_get(1, buffer, sizeof buffer), -ENOENT);
    CHECK_IS(uf_obj_del(1), -ENOENT);
    CHECK_IS(uf_obj_add(1, "one", 3, OWNER), 0);
    CHECK_IS(uf_obj_add(17, "seventeen", 9, OWNER), 0); /* of the same bucket */
    memset(buffer, '-', 8);
    CHECK_IS(uf_obj_get(1, buffer, 3), 3);
    CHECK(memcmp(buffer, "one--", 5) == 0);
    CHECK_IS(uf_obj_get(17, buffer, sizeof buffer), 9);
    CHECK(memcmp(buffer, "seventeen", 9) == 0);
    CHECK_IS(uf_obj_del(1), 0);
    CHECK_IS(uf_obj_get(1, buffer, 3), -ENOENT);
    CHECK_IS(uf_obj_get(17, buffer, 9), 9);
    CHECK_IS(uf_obj_del(17), 0);
}

/* Each line has every error from its own on: the first of the order is told. */
static void the_order_of_adding(void)
{
    const char *hole = page + PAGE;
    CHECK_IS(uf_obj_add(1, "one", 3, ALL), 0);
    CHECK_IS(uf_obj_add(1, hole, 0, ALL), -EINVAL);
    CHECK_IS(uf_obj_add(1, hole, UF_MAX_LENGTH + 1, ALL), -EINVAL);
    CHECK_IS(uf_obj_add(1, hole, 5, ALL), -EFAULT);
    CHECK_IS(uf_obj_add(1, page + PAGE - 2, 5, ALL), -EFAULT);
    CHECK_IS(uf_obj_add(1, "again", 5, ALL), -EEXIST);
    for (unsigned i = 0; i < UF_MAX_TOTAL / UF_MAX_LENGTH - 1; i++)
        CHECK_IS(uf_obj_add(100 + i, buffer, UF_MAX_LENGTH, ALL), 0);
    CHECK_IS(uf_obj_add(2, buffer, UF_MAX_LENGTH - 3, ALL), 0); /* full to the last byte */
    CHECK_IS(uf_obj_add(1, hole, 1, ALL), -EFAULT);
    CHECK_IS(uf_obj_add(1, "1", 1, ALL), -EEXIST);
    CHECK_IS(uf_obj_add(3, "1", 1, ALL), -ENOSPC);
    CHECK_IS(uf_obj_del(1), 0);
    CHECK_IS(uf_obj_add(3, "1", 1, ALL), 0); /* what went away is room */
    CHECK_IS(uf_obj_del(2), 0);
    CHECK_IS(uf_obj_del(3), 0);
    for (unsigned i = 0; i < UF_MAX_TOTAL / UF_MAX_LENGTH - 1; i++)
        CHECK_IS(uf_obj_del(100 + i), 0);
}

static void a_failed_add_leaves_nothing(void)
{
    CHECK_IS(uf_obj_add(5, page + PAGE - 2, 4, ALL), -EFAULT);
    CHECK_IS(uf_obj_get(5, buffer, 4), -ENOENT);
    CHECK_IS(uf_obj_add(5, "good", 4, ALL), 0);
    CHECK_IS(uf_obj_get(5, buffer, 4), 4);
    CHECK_IS(uf_obj_del(5), 0);
}

static bool stranger(void)
{
    return uf_obj_get(7, buffer, 0) == -EINVAL && uf_obj_get(7, NULL, 1) == -EACCES &&
           uf_obj_get(8, NULL, 1) == -EMSGSIZE && uf_obj_get(8, NULL, 64) == -EFAULT &&
           uf_obj_get(8, page + PAGE, 64) == -EFAULT && uf_obj_get(8, buffer, 64) == 4 &&
           uf_obj_get(9, NULL, 1) == -ENOENT && uf_obj_get(6, buffer, 64) == 5 &&
           uf_obj_del(9) == -ENOENT && uf_obj_del(8) == -EPERM && uf_obj_del(7) == -EPERM;
}

static bool owner(void)
{
    return uf_obj_add(7, "alpha", 5, OWNER) == 0 && uf_obj_add(8, "beta", 4, ALL) == 0 &&
           uf_obj_add(6, "gamma", 5, UF_OTHERS) == 0 && uf_obj_get(7, buffer, 64) == 5 &&
           uf_obj_get(6, buffer, 64) == -EACCES; /* the owner's bit counts for the owner alone */
}

static bool owner_deletes(void)
{
    return uf_obj_del(8) == 0;
}

static void rights_and_the_order_of_getting(void)
{
    CHECK_IS(as(100, owner), 0);
    CHECK_IS(as(200, stranger), 0);
    CHECK_IS(as(100, owner_deletes), 0);
    CHECK_IS(uf_obj_get(7, buffer, 64), 5); /* root may all */
    CHECK_IS(uf_obj_get(6, buffer, 64), 5);
    CHECK_IS(uf_obj_del(7), 0);
    CHECK_IS(uf_obj_del(6), 0);
    CHECK_IS(uf_obj_del(8), -ENOENT);
}

static long by_ioctl(int fd, unsigned long call, unsigned long id, const void *bytes,
                     unsigned long length)
{
    struct uf_request request = {id, (unsigned long)bytes, length};
    long got = ioctl(fd, call, &request);
    return got < 0 ? -errno : got;
}

static void the_same_by_ioctl(void)
{
    int fd = open("/dev/uf0", O_RDWR);
    CHECK_IS(by_ioctl(fd, UF_ADD, 1, "one", UF_LENGTH_AND_MODE(3, ALL)), 0);
    CHECK_IS(by_ioctl(fd, UF_ADD, 1, "one", UF_LENGTH_AND_MODE(0, ALL)), -EINVAL);
    CHECK_IS(by_ioctl(fd, UF_ADD, 1, "one", UF_LENGTH_AND_MODE(3, ALL)), -EEXIST);
    CHECK_IS(by_ioctl(fd, UF_GET, 1, buffer, 2), -EMSGSIZE);
    CHECK_IS(by_ioctl(fd, UF_GET, 1, buffer, 64), 3);
    CHECK_IS(by_ioctl(fd, UF_DEL, 1, NULL, 0), 0);
    CHECK_IS(by_ioctl(fd, UF_DEL, 1, NULL, 0), -ENOENT);
    CHECK_IS(by_ioctl(fd, UF_IMPORT + 1, 1, NULL, 0), -ENOTTY);
    CHECK_IS(ioctl(fd, UF_ADD, page + PAGE - 4), -1);
    CHECK_IS(errno, EFAULT);
    close(fd);
}

/* A read, by the kernel for itself, of what programs read. */
static void importing(void)
{
    int fd = open("/dev/uf0", O_RDWR), zero = open("/dev/zero", O_RDONLY), ends[2];
    const void *null = (void *)(long)open("/dev/null", O_RDONLY);
    pipe(ends);
    write(ends[1], "through a pipe", 14);
    const void *end = (void *)(long)ends[0];
    CHECK_IS(by_ioctl(fd, UF_IMPORT, 1, end, UF_LENGTH_AND_MODE(7, ALL)), 0);
    CHECK_IS(by_ioctl(fd, UF_IMPORT, 2, end, UF_LENGTH_AND_MODE(64, ALL)), 0);
    CHECK_IS(uf_obj_get(1, buffer, 64), 7);
    CHECK(memcmp(buffer, "through", 7) == 0);
    CHECK_IS(uf_obj_get(2, buffer, 64), 7); /* what there was */
    CHECK(memcmp(buffer, " a pipe", 7) == 0);
    CHECK_IS(by_ioctl(fd, UF_IMPORT, 3, (void *)(long)zero, UF_LENGTH_AND_MODE(4096, ALL)), 0);
    CHECK_IS(by_ioctl(fd, UF_IMPORT, 3, (void *)(long)zero, UF_LENGTH_AND_MODE(4, ALL)), -EEXIST);
    CHECK_IS(by_ioctl(fd, UF_IMPORT, 4, null, UF_LENGTH_AND_MODE(4, ALL)),
             -EINVAL); /* nothing came */
    CHECK_IS(by_ioctl(fd, UF_IMPORT, 4, (void *)99, UF_LENGTH_AND_MODE(4, ALL)), -EBADF);
    CHECK_IS(by_ioctl(fd, UF_IMPORT, 4, (void *)(long)ends[1], UF_LENGTH_AND_MODE(4, ALL)), -EBADF);
    CHECK_IS(by_ioctl(fd, UF_IMPORT, 4, end, UF_LENGTH_AND_MODE(0, ALL)), -EINVAL);
    CHECK_IS(uf_obj_get(4, buffer, 64), -ENOENT);
    /* After all that, a pointer of the kernel's is as bad as ever. */
    const void *secret = (const void *)stat_now().secret;
    CHECK_IS(write(1, secret, 8), -1);
    CHECK_IS(errno, EFAULT);
    for (unsigned id = 1; id <= 3; id++)
        CHECK_IS(uf_obj_del(id), 0);
    for (int i = 3; i < 8; i++)
        close(i);
    CHECK_IS(fd, 3);
}

static void nothing_is_lost(void)
{
    unsigned long before = 0;
    for (unsigned round = 0; round < 2; round++) {
        the_order_of_adding();
        rights_and_the_order_of_getting();
        importing();
        if (round > 0)
            CHECK_IS(stat_now().frames_free, before);
        before = stat_now().frames_free;
    }
}

int main(void)
{
    page = mmap(NULL, 2 * PAGE, READ_WRITE, ANYWHERE, -1, 0);
    munmap(page + PAGE, PAGE);
    memset(page, 'x', PAGE);
    results();
    a_failed_add_leaves_nothing();
    the_same_by_ioctl();
    nothing_is_lost();
    return checked();
}
