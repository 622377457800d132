/* A piece of a program's memory, as process_vm_readv takes lists of them; Linux's. */
#ifndef RINGSIDE_ABI_UIO_H
#define RINGSIDE_ABI_UIO_H

struct iovec {
    unsigned long base, length;
};
#define UIO_MAXIOV 1024 /* pieces of one call */

#endif
