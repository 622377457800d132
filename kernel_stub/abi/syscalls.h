/* System calls of the guest kernel: number on i386, number on x86-64 (-1: none), name, and how strace shows the
   arguments: d signed, x hex, p pointer, s user string, b<k> user bytes whose count is argument k.
   By name: P rights of memory, M mmap's flags, G mremap's, A advice, Y msync's, O open's, L whence, C clone's, W wait's,
   S a signal, H how to change a signal mask, R what to ptrace, D the door of a lab call; o an offset in pages. What a pointer leads to: T timespec,
   I signal set, K sigaction, V strings. What the call leaves there: r<k> bytes, as many as it returned, t wait status,
   f two descriptors, i signal set, k sigaction, n timespec.
   Numbers are Linux's (5.10 tables) except the teaching calls from 1024 up, which have one number on both. */
#ifndef RINGSIDE_ABI_SYSCALLS_H
#define RINGSIDE_ABI_SYSCALLS_H

#define RINGSIDE_SYSCALLS(X)                                                                                           \
    X(1, 60, exit, "d")                                                                                                \
    X(2, 57, fork, "")                                                                                                 \
    X(3, 0, read, "dr2d")                                                                                              \
    X(4, 1, write, "db2d")                                                                                             \
    X(5, 2, open, "sO")                                                                                                \
    X(6, 3, close, "d")                                                                                                \
    X(7, -1, waitpid, "dtW")                                                                                           \
    X(19, 8, lseek, "ddL")                                                                                             \
    X(11, 59, execve, "sVp")                                                                                           \
    X(20, 39, getpid, "")                                                                                              \
    X(23, 105, setuid, "d")                                                                                            \
    X(24, 102, getuid, "")                                                                                             \
    X(26, 101, ptrace, "Rdpp")                                                                                         \
    X(37, 62, kill, "dS")                                                                                              \
    X(42, 22, pipe, "f")                                                                                               \
    X(45, 12, brk, "p")                                                                                                \
    X(49, 107, geteuid, "")                                                                                            \
    X(54, 16, ioctl, "dxp")                                                                                            \
    X(64, 110, getppid, "")                                                                                            \
    X(87, 167, swapon, "d")                                                                                            \
    X(90, -1, old_mmap, "p")                                                                                           \
    X(91, 11, munmap, "pd")                                                                                            \
    X(93, 77, ftruncate, "dd")                                                                                         \
    X(114, 61, wait4, "dtWp")                                                                                          \
    X(119, -1, sigreturn, "")                                                                                          \
    X(120, 56, clone, "Cpppp")                                                                                         \
    X(123, 154, modify_ldt, "dpd")                                                                                     \
    X(125, 10, mprotect, "pdP")                                                                                        \
    X(144, 26, msync, "pdY")                                                                                           \
    X(158, 24, sched_yield, "")                                                                                        \
    X(163, 25, mremap, "pddGp")                                                                                        \
    X(162, 35, nanosleep, "Tn")                                                                                        \
    X(173, 15, rt_sigreturn, "")                                                                                       \
    X(174, 13, rt_sigaction, "SKkd")                                                                                   \
    X(175, 14, rt_sigprocmask, "HIid")                                                                                 \
    X(186, 131, sigaltstack, "pp")                                                                                     \
    X(192, 9, mmap, "pdPMdo")                                                                                          \
    X(218, 27, mincore, "pdp")                                                                                         \
    X(219, 28, madvise, "pdA")                                                                                         \
    X(224, 186, gettid, "")                                                                                            \
    X(243, -1, set_thread_area, "p")                                                                                   \
    X(252, 231, exit_group, "d")                                                                                       \
    X(270, 234, tgkill, "ddS")                                                                                         \
    X(347, 310, process_vm_readv, "dpdpdx")                                                                            \
    X(356, 319, memfd_create, "sx")                                                                                    \
    X(1024, 1024, uf_obj_add, "dpx")                                                                                   \
    X(1025, 1025, uf_obj_get, "dpd")                                                                                   \
    X(1026, 1026, uf_obj_del, "d")                                                                                     \
    X(1030, 1030, lab_peek, "pdD")                                                                                     \
    X(1031, 1031, lab_poke, "pdD")                                                                                     \
    X(1032, 1032, lab_stat, "pd")                                                                                      \
    X(1033, 1033, lab_evict, "p")                                                                                      \
    X(1100, 1100, lab_door, "dpd") /* and up to DOOR_LAST: a seed chooses */

/* What only x86-64 has; i386's number is none. */
#define RINGSIDE_SYSCALLS_X86_64(X) X(-1, 158, arch_prctl, "xp")

#endif
