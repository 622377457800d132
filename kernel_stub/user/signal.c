/* Signals. A handler's RET must lead to the system call that ends it. The kernel puts code for that on
   the stack, but under NX nothing is executed there; so the library has the same code in its text. */
#include "call.h"

void restore(void), restore_rt(void);
#ifdef __x86_64__ /* which has one kind of frame only, and puts no code there */
__asm__(".text\n"
        "restore: restore_rt: movl $15, %eax\n" /* rt_sigreturn */
        "syscall\n");
#else
__asm__(".text\n"
        "restore: popl %eax\n" /* the signal */
        "movl $119, %eax\n"    /* sigreturn */
        "int $0x80\n"
        "restore_rt: movl $173, %eax\n" /* rt_sigreturn */
        "int $0x80\n");
#endif

int sigaction(int signal, const struct sigaction *wish, struct sigaction *old)
{
    struct sigaction action;
    if (wish && !(wish->flags & SA_RESTORER)) {
        action = *wish;
        action.restorer = (unsigned long)(action.flags & SA_SIGINFO ? restore_rt : restore);
        action.flags |= SA_RESTORER;
        wish = &action;
    }
    return (int)checked(
        system_call5(SYS_rt_sigaction, signal, (long)wish, (long)old, sizeof(sigset_t), 0));
}

/* The short way: a handler, whatever its arguments are, and SA_* flags. */
int on_signal(int signal, void *handler, unsigned long flags)
{
    struct sigaction action = {.handler = (unsigned long)handler, .flags = flags};
    return sigaction(signal, &action, NULL);
}

int sigprocmask(int how, const sigset_t *wish, sigset_t *old)
{
    return (int)checked(
        system_call5(SYS_rt_sigprocmask, how, (long)wish, (long)old, sizeof(sigset_t), 0));
}

int sigaltstack(const struct sigaltstack *wish, struct sigaltstack *old)
{
    return (int)checked(system_call(SYS_sigaltstack, (long)wish, (long)old, 0));
}

int kill(int pid, int signal)
{
    return (int)checked(system_call(SYS_kill, pid, signal, 0));
}

int tgkill(int group, int thread, int signal)
{
    return (int)checked(system_call(SYS_tgkill, group, thread, signal));
}

int raise(int signal)
{
    return tgkill(getpid(), gettid(), signal);
}
