/* Processes: begin, end, wait, who am I. */
#include "call.h"

void exit(int code)
{
    system_call(SYS_exit, code, 0, 0);
    for (;;)
        ;
}

void exit_group(int code)
{
    system_call(SYS_exit_group, code, 0, 0);
    for (;;)
        ;
}

int fork(void)
{
    return (int)checked(system_call(SYS_fork, 0, 0, 0));
}

int execve(const char *path, char *const *argv, char *const *envp)
{
    return (int)checked(system_call(SYS_execve, (long)path, (long)argv, (long)envp));
}

int wait4(int pid, int *status, int options, void *usage)
{
    return (int)checked(system_call5(SYS_wait4, pid, (long)status, options, (long)usage, 0));
}

int waitpid(int pid, int *status, int options)
{
#ifdef __x86_64__
    return wait4(pid, status, options, NULL);
#else
    return (int)checked(system_call(SYS_waitpid, pid, (long)status, options));
#endif
}

int wait(int *status)
{
    return wait4(-1, status, 0, NULL);
}

int getpid(void)
{
    return (int)system_call(SYS_getpid, 0, 0, 0);
}

int gettid(void)
{
    return (int)system_call(SYS_gettid, 0, 0, 0);
}

int getppid(void)
{
    return (int)system_call(SYS_getppid, 0, 0, 0);
}

int getuid(void)
{
    return (int)system_call(SYS_getuid, 0, 0, 0);
}

int geteuid(void)
{
    return (int)system_call(SYS_geteuid, 0, 0, 0);
}

int setuid(int uid)
{
    return (int)checked(system_call(SYS_setuid, uid, 0, 0));
}

int sched_yield(void)
{
    return (int)checked(system_call(SYS_sched_yield, 0, 0, 0));
}

int nanosleep(const struct timespec *wish, struct timespec *left)
{
    return (int)checked(system_call(SYS_nanosleep, (long)wish, (long)left, 0));
}
