/* The system call table, indexed by number, made from the list that kernel, programs and host
   share. */
#include "abi/errno.h"
#include "abi/syscalls.h"
#include "trap/syscalls.h"
#include "trap/task.h"
#include "trap/trap.h"

static long sys_unknown(void)
{
    return -ENOSYS;
}

#define ENTRY(number, number64, name, arguments) [number] = (void *)sys_##name,
void *const system_call_table[SYSCALL_TABLE_SIZE] = {
    [0 ... SYSCALL_TABLE_SIZE - 1] = (void *)sys_unknown,
    RINGSIDE_SYSCALLS(ENTRY)
};

/* The null system call: what it costs is what every call costs. */
long sys_getpid(void)
{
    return current->pid;
}

long sys_exit(word code)
{
    task_exit((code & 0xFF) << 8);
}

long sys_exit_group(word code)
{
    task_exit((code & 0xFF) << 8);
}
