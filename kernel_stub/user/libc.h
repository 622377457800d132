/* What a guest program may call. System calls return -1 and set errno, as in any libc; the
   teaching calls, which are Ringside's own, return what the kernel returned. */
#ifndef USER_LIBC_H
#define USER_LIBC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/errno.h"
#include "abi/lab.h"
#include "abi/mman.h"

typedef long ssize_t;
extern int errno;

void exit(int code) __attribute__((noreturn));
ssize_t read(int fd, void *buffer, size_t n);
ssize_t write(int fd, const void *buffer, size_t n);
int getpid(void);
int brk(void *end);
void *sbrk(ptrdiff_t increment);
#define MAP_FAILED ((void *)-1)
void *mmap(void *addr, size_t length, int prot, int flags, int fd, long offset);
int munmap(void *addr, size_t length);

long lab_peek(const void *pointer, size_t n, enum lab_how how);
long lab_poke(void *pointer, size_t n, enum lab_how how);
long lab_stat(struct lab_stat *stat);

size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* %s %d %u %x %c, a width, a leading 0, a minus for "to the left". One write() a call. */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
