/* The C side of every system call of abi/syscalls.h. On i386 the arguments are the six words of struct regs,
   where entry.S leaves them: a function must not assign to its parameters, it would change the
   program's registers. */
#ifndef TRAP_SYSCALLS_H
#define TRAP_SYSCALLS_H

#include "abi/signal.h"
#include "cpu.h"

struct iovec;
struct timespec;
struct user_desc;

long sys_exit(word code);
long sys_exit_group(word code);
long sys_read(word fd, void *to, word n);
long sys_write(word fd, const void *from, word n);
long sys_getpid(void);
long sys_gettid(void);
long sys_getppid(void);
long sys_getuid(void);
long sys_geteuid(void);
long sys_setuid(word uid);
long sys_fork(void);
long sys_execve(const char *path, char *const *argv, char *const *envp);
#ifdef __x86_64__
long sys_clone(word flags, word stack, int *parent_tid, int *child_tid, const struct user_desc *tls);
long sys_arch_prctl(word what, word value); /* arch/x86_64/user_segments.c */
#else
long sys_clone(word flags, word stack, int *parent_tid, const struct user_desc *tls, int *child_tid);
#endif
long sys_set_thread_area(struct user_desc *desc);
long sys_modify_ldt(int function, void *pointer, word n);
long sys_waitpid(int pid, uint32_t *status, word options);
long sys_wait4(int pid, uint32_t *status, word options, void *usage);
long sys_sched_yield(void);
long sys_kill(int pid, int signal);
long sys_tgkill(int group, int pid, int signal);
long sys_rt_sigaction(int signal, const struct sigaction *wish, struct sigaction *old, word size);
long sys_rt_sigprocmask(int how, const sigset_t *wish, sigset_t *old, word size);
long sys_sigaltstack(const struct sigaltstack *wish, struct sigaltstack *old);
long sys_sigreturn(void);
long sys_rt_sigreturn(void);
long sys_ioctl(word fd, word request, word argument);
long sys_ptrace(int request, int pid, word address, word data);
long sys_nanosleep(const struct timespec *wish, struct timespec *left);
long sys_brk(word wish);
long sys_old_mmap(const void *arguments);
long sys_munmap(word addr, word len);
long sys_mmap(word addr, word len, word prot, word flags, word fd, word pgoff);
long sys_mprotect(word start, word len, word prot);
long sys_mremap(word old, word old_length, word new_length, word flags, word new);
long sys_madvise(word start, word len, word advice);
long sys_mincore(word start, word len, uint8_t *vector);
long sys_msync(word start, word len, word flags);
long sys_process_vm_readv(int pid, const struct iovec *ours, word our_count,
                          const struct iovec *theirs, word their_count, word flags);
long sys_swapon(word slots);
long sys_open(const char *name, word flags);
long sys_close(word fd);
long sys_pipe(int *fds);
long sys_lseek(word fd, long offset, word whence);
long sys_ftruncate(word fd, word size);
long sys_memfd_create(const char *name, word flags);
long sys_uf_obj_add(word id, const void *from, word length_and_mode); /* drivers/uf.c */
long sys_uf_obj_get(word id, void *to, word room);
long sys_uf_obj_del(word id);
long sys_lab_evict(word address);
long sys_lab_peek(const void *pointer, word n, word how);
long sys_lab_poke(void *pointer, word n, word how);
long sys_lab_stat(void *buffer, word n);
long sys_lab_door(word what, void *pointer, word n); /* lab/door.c */

#endif
