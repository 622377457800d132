/* System calls of the guest kernel: number on i386, number on x86-64 (-1: none), name, and how strace shows the
   arguments: d signed, x hex, p pointer, s user string, b<k> user bytes whose count is argument k, - none.
   Numbers are Linux's (5.10 tables) except the teaching calls from 1024 up. */
#ifndef RINGSIDE_ABI_SYSCALLS_H
#define RINGSIDE_ABI_SYSCALLS_H

#define RINGSIDE_SYSCALLS(X)                                                                                           \
    X(1, 60, exit, "d")                                                                                                \
    X(3, 0, read, "dpd")                                                                                               \
    X(4, 1, write, "db2d")                                                                                             \
    X(20, 39, getpid, "")                                                                                              \
    X(45, 12, brk, "p")                                                                                                \
    X(90, -1, old_mmap, "p")                                                                                           \
    X(91, 11, munmap, "pd")                                                                                            \
    X(192, 9, mmap, "pdxxdx")                                                                                          \
    X(252, 231, exit_group, "d")                                                                                       \
    X(1030, 1030, lab_peek, "pdd")                                                                                     \
    X(1031, 1031, lab_poke, "pdd")                                                                                     \
    X(1032, 1032, lab_stat, "pd")

#endif
