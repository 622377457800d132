/* Whose a process is. Root may become anybody, and then is not root any more; anybody else only
   whom he was when he began. */
#include "abi/errno.h"
#include "task/task.h"
#include "trap/syscalls.h"

long sys_getuid(void)
{
    return (long)current->uid;
}

long sys_geteuid(void)
{
    return (long)current->euid;
}

/* Every thread of the process has it from now on. */
static void set_ids(unsigned uid, unsigned euid)
{
    for_each_task(task)
    {
        if (task->leader != current->leader)
            continue;
        task->uid = uid;
        task->euid = euid;
    }
}

long sys_setuid(word uid)
{
    if (current->euid == 0)
        set_ids((unsigned)uid, (unsigned)uid);
    else if (uid == current->uid || uid == current->euid)
        set_ids(current->uid, (unsigned)uid);
    else
        return -EPERM;
    return 0;
}
