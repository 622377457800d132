/* The system calls about memory beyond mmap. */
#include "call.h"

int mprotect(void *addr, size_t length, int prot)
{
    return (int)checked(system_call(SYS_mprotect, (long)addr, (long)length, prot));
}

void *mremap(void *old, size_t old_length, size_t new_length, int flags, void *new)
{
    return (void *)checked(system_call5(SYS_mremap, (long)old, (long)old_length, (long)new_length,
                                        flags, (long)new));
}

int madvise(void *addr, size_t length, int advice)
{
    return (int)checked(system_call(SYS_madvise, (long)addr, (long)length, advice));
}

int mincore(void *addr, size_t length, unsigned char *vector)
{
    return (int)checked(system_call(SYS_mincore, (long)addr, (long)length, (long)vector));
}

int msync(void *addr, size_t length, int flags)
{
    return (int)checked(system_call(SYS_msync, (long)addr, (long)length, flags));
}

int swapon(unsigned slots)
{
    return (int)checked(system_call(SYS_swapon, (long)slots, 0, 0));
}

long lab_evict(const void *address)
{
    return system_call(SYS_lab_evict, (long)address, 0, 0);
}
