/* INT 80h under a 64-bit kernel: i386's system calls for i386's programs. What has no word in memory (a structure, an array of
   pointers) is the same function, its arguments made longer by zeros; of the others there are the few below. A program that calls
   more than that is told so. */
#include "compat.h"

#include "abi/errno.h"
#include "abi/lab.h"
#include "abi/syscalls.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "segments.h"
#include "task/task.h"
#include "trap/syscalls.h"
#include "trap/trap.h"

static long compat_unknown(void)
{
    return -ENOSYS;
}

/* mmap2 counts in pages, and there is no address above 4 GB. */
static long compat_mmap(word addr, word len, word prot, word flags, word fd, word page)
{
    return sys_mmap(addr, len, prot, flags, fd, page * PAGE_SIZE);
}

static long compat_lseek(word fd, word offset, word whence)
{
    return sys_lseek(fd, (int32_t)offset, whence);
}

/* The same numbers as words of 32 bits: the low halves of the 64-bit kernel's. */
static long compat_lab_stat(void *to, word n)
{
    struct lab_stat stat;
    uint32_t words[sizeof stat / sizeof(word)];
    word limit = get_fs();
    set_fs(KERNEL_DS); /* the answer comes to us first */
    sys_lab_stat(&stat, sizeof stat);
    set_fs(limit);
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        words[i] = (uint32_t)((const word *)&stat)[i];
    words[0] = sizeof words;
    words[1] = (uint32_t)TASK_SIZE_OF(current->mm);
    word part = n < sizeof words ? n : sizeof words;
    return copy_to_user(to, words, part) ? -EFAULT : (long)part;
}

long sys_sigreturn(void)
{
    return -ENOSYS;
}

long sys_set_thread_area(struct user_desc *desc)
{
    (void)desc;
    return -ENOSYS;
}

enum {
#define NUMBER(number, number64, name, arguments) NR_##name = number,
    RINGSIDE_SYSCALLS(NUMBER)
};

#define SAME(name) [NR_##name] = (void *)sys_##name
void *compat_call_table[SYSCALL_TABLE_SIZE] = {
    [0 ... SYSCALL_TABLE_SIZE - 1] = (void *)compat_unknown,
    SAME(exit),
    SAME(fork),
    SAME(read),
    SAME(write),
    SAME(open),
    SAME(close),
    SAME(waitpid),
    [NR_lseek] = (void *)compat_lseek,
    SAME(getpid),
    SAME(setuid),
    SAME(getuid),
    SAME(geteuid),
    SAME(getppid),
    SAME(gettid),
    SAME(kill),
    SAME(tgkill),
    SAME(pipe),
    SAME(brk),
    SAME(munmap),
    [NR_mmap] = (void *)compat_mmap,
    SAME(mprotect),
    SAME(mremap),
    SAME(madvise),
    SAME(mincore),
    SAME(msync),
    SAME(ftruncate),
    SAME(sched_yield),
    SAME(exit_group),
    SAME(memfd_create),
    SAME(swapon),
    SAME(lab_peek),
    SAME(lab_poke),
    SAME(lab_evict),
    [NR_lab_stat] = (void *)compat_lab_stat,
};
