/* The C side of every system call of abi/syscalls.h. Arguments are the six words of struct regs,
   where entry.S leaves them: a function must not assign to its parameters, it would change the
   program's registers. */
#ifndef TRAP_SYSCALLS_H
#define TRAP_SYSCALLS_H

#include "arch/i386/cpu.h"

long sys_exit(word code);
long sys_exit_group(word code);
long sys_read(word fd, void *to, word n);
long sys_write(word fd, const void *from, word n);
long sys_getpid(void);
long sys_brk(word wish);
long sys_old_mmap(const void *arguments);
long sys_munmap(word addr, word len);
long sys_mmap(word addr, word len, word prot, word flags, word fd, word pgoff);
long sys_lab_peek(const void *pointer, word n, word how);
long sys_lab_poke(void *pointer, word n, word how);
long sys_lab_stat(void *buffer, word n);

#endif
