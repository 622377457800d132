/* Error numbers, Linux's; a system call that fails returns one of them, negated. Shared by kernel, programs and host. */
#ifndef RINGSIDE_ABI_ERRNO_H
#define RINGSIDE_ABI_ERRNO_H

#define RINGSIDE_ERRNOS(X)                                                                         \
    X(1, EPERM) X(2, ENOENT) X(3, ESRCH) X(4, EINTR) X(5, EIO) X(6, ENXIO) X(7, E2BIG)             \
    X(8, ENOEXEC) X(9, EBADF) X(10, ECHILD) X(11, EAGAIN) X(12, ENOMEM) X(13, EACCES) X(14, EFAULT)\
    X(16, EBUSY) X(17, EEXIST) X(19, ENODEV) X(20, ENOTDIR) X(21, EISDIR) X(22, EINVAL)            \
    X(24, EMFILE) X(25, ENOTTY) X(26, ETXTBSY) X(27, EFBIG) X(28, ENOSPC) X(29, ESPIPE)            \
    X(32, EPIPE) X(36, ENAMETOOLONG) X(38, ENOSYS) X(75, EOVERFLOW) X(90, EMSGSIZE)

#ifndef __cplusplus
enum ringside_errno {
#define RINGSIDE_ERRNO_ENUM(number, name) name = number,
    RINGSIDE_ERRNOS(RINGSIDE_ERRNO_ENUM)
#undef RINGSIDE_ERRNO_ENUM
};
#endif

#endif
