/* What a guest program may call. System calls return -1 and set errno, as in any libc; the
   teaching calls, which are Ringside's own, return what the kernel returned. */
#ifndef USER_LIBC_H
#define USER_LIBC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/lab.h"
#include "abi/ldt.h"
#include "abi/mman.h"
#include "abi/prctl.h"
#include "abi/sched.h"
#include "abi/sigcontext.h"
#include "abi/time.h"
#include "abi/uf.h"
#include "abi/uio.h"
#include "abi/user.h"

/* An address in printf's texts. */
#ifdef __x86_64__
#define PRIxPTR "lx"
#else
#define PRIxPTR "x"
#endif

typedef long ssize_t;
extern int errno;

/* process.c */
void exit(int code) __attribute__((noreturn)); /* this thread only, where there are several */
void exit_group(int code) __attribute__((noreturn));
int fork(void);
int execve(const char *path, char *const *argv, char *const *envp);
int wait4(int pid, int *status, int options, void *usage);
int waitpid(int pid, int *status, int options);
int wait(int *status);
#define WIFEXITED(status) (((status)&0x7F) == 0)
#define WEXITSTATUS(status) (((status) >> 8) & 0xFF)
#define WIFSIGNALED(status) (((status)&0x7F) != 0 && ((status)&0x7F) != 0x7F)
#define WTERMSIG(status) ((status)&0x7F)
#define WIFSTOPPED(status) (((status)&0xFF) == 0x7F)
#define WSTOPSIG(status) WEXITSTATUS(status)
int getpid(void);
int gettid(void);
int getppid(void);
int getuid(void);
int geteuid(void);
int setuid(int uid);
int sched_yield(void);
int nanosleep(const struct timespec *wish, struct timespec *left);

/* thread.c */
struct thread;
struct thread *thread_create(void (*function)(void *), void *argument); /* NULL: not possible */
struct thread *thread_create_tls(void (*function)(void *), void *argument,
                                 const struct user_desc *tls);
int thread_id(const struct thread *thread); /* 0: it is over */
void thread_join(struct thread *thread);
int set_thread_area(struct user_desc *desc);
int arch_prctl(int what, unsigned long value); /* x86-64 only: the bases of FS and GS */
int modify_ldt(int function, void *pointer, size_t n);

/* trace.c */
long ptrace(int request, int pid, unsigned long address, unsigned long data);
int ioctl(int fd, unsigned long request, void *argument);
int lab_dr(unsigned n, unsigned long value); /* a debug register of this thread */

/* signal.c */
#define SIGNAL_SET(signal) ((sigset_t)1 << ((signal)-1))
int on_signal(int signal, void *handler, unsigned long flags);
int sigaction(int signal, const struct sigaction *wish, struct sigaction *old);
int sigprocmask(int how, const sigset_t *wish, sigset_t *old);
int sigaltstack(const struct sigaltstack *wish, struct sigaltstack *old);
int kill(int pid, int signal);
int tgkill(int group, int thread, int signal);
int raise(int signal);

/* syscall.c */
ssize_t read(int fd, void *buffer, size_t n);
ssize_t write(int fd, const void *buffer, size_t n);
int brk(void *end);
void *sbrk(ptrdiff_t increment);
#define MAP_FAILED ((void *)-1)
void *mmap(void *addr, size_t length, int prot, int flags, int fd, long offset);
int munmap(void *addr, size_t length);
int mprotect(void *addr, size_t length, int prot);
void *mremap(void *old, size_t old_length, size_t new_length, int flags, void *new);
int madvise(void *addr, size_t length, int advice);
int mincore(void *addr, size_t length, unsigned char *vector);
int msync(void *addr, size_t length, int flags);
/* Another process's memory into ours; the bytes' number. */
ssize_t process_vm_readv(int pid, const struct iovec *ours, size_t our_count, const struct iovec *theirs,
                         size_t their_count, unsigned long flags);
int swapon(unsigned slots); /* of the one disk there is; slot 0 stays unused */

int open(const char *name, int flags);
int close(int fd);
int pipe(int fd[2]); /* what is written to fd[1] is read from fd[0] */
long lseek(int fd, long offset, int whence);
int ftruncate(int fd, size_t size);
int memfd_create(const char *name, unsigned flags);

long lab_peek(const void *pointer, size_t n, enum lab_how how);
long lab_poke(void *pointer, size_t n, enum lab_how how);
long lab_stat(struct lab_stat *stat);
long lab_evict(const void *address); /* the page there goes to swap, or wherever it belongs */

/* uf.c: what the kernel answered */
long uf_obj_add(unsigned long id, const void *bytes, unsigned long length, unsigned mode);
long uf_obj_get(unsigned long id, void *to, unsigned long room); /* the bytes' number */
long uf_obj_del(unsigned long id);

/* malloc.c: 8-byte aligned; not for several threads at once */
void *malloc(size_t size);
void free(void *memory);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);

/* names.c, for programs that are built with it */
const char *errno_name(int number);          /* "" where there is none */
unsigned long hex_number(const char **text); /* with or without 0x; the text goes on behind it */

size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* %s %d %u %x %c, a width, a leading 0, a minus for "to the left". One write() a call. */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
