/* Tracing other processes, and watching oneself. */
#include "call.h"

/* A PEEK's result is the word; -1 can be one, so errno tells an error. */
long ptrace(int request, int pid, unsigned long address, unsigned long data)
{
    unsigned long word = 0;
    bool peeks = request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER;
    if (peeks)
        data = (unsigned long)&word;
    long result = checked(system_call5(SYS_ptrace, request, pid, (long)address, (long)data, 0));
    if (peeks && result == 0) {
        errno = 0;
        return (long)word;
    }
    return result;
}

int ioctl(int fd, unsigned long request, void *argument)
{
    return (int)checked(system_call(SYS_ioctl, fd, (long)request, (long)argument));
}

int lab_dr(unsigned n, unsigned long value)
{
    return ioctl(1, LAB_DR, &(struct lab_dr){n, value});
}
