/* The system call table, indexed by number, made from the list that kernel, programs and host
   share. */
#include "abi/door.h"
#include "abi/errno.h"
#include "abi/syscalls.h"
#ifdef __x86_64__
#include "check_roots.h"
#include "compat.h"
#endif
#include "mm/check.h"
#include "task/task.h"
#include "trap/syscalls.h"
#include "trap/trap.h"

static long sys_unknown(void)
{
    return -ENOSYS;
}

#ifdef __x86_64__ /* what has no number goes behind the others, where nobody asks */
#define ENTRY(number32, number, name, arguments) [number < 0 ? SYSCALL_TABLE_SIZE : number] = (void *)sys_##name,
void *system_call_table[SYSCALL_TABLE_SIZE + 1] = {
    [0 ... SYSCALL_TABLE_SIZE] = (void *)sys_unknown,
    RINGSIDE_SYSCALLS(ENTRY) RINGSIDE_SYSCALLS_X86_64(ENTRY)
#else
#define ENTRY(number, number64, name, arguments) [number] = (void *)sys_##name,
void *system_call_table[SYSCALL_TABLE_SIZE] = {
    [0 ... SYSCALL_TABLE_SIZE - 1] = (void *)sys_unknown,
    RINGSIDE_SYSCALLS(ENTRY)
#endif
    [DOOR_FIRST ... DOOR_LAST] = (void *)sys_lab_door,
};

/* check=1: every call comes by here. */
static void *checked_calls[SYSCALL_TABLE_SIZE];
#ifdef __x86_64__
static void *checked_compat_calls[SYSCALL_TABLE_SIZE];

/* By either gate; on i386's table too. */
static long checked_call(word a, word b, word c, word d, word e, word f)
{
    const struct regs *regs = user_regs();
    void *const *calls = regs->vector == INT80_CALL ? checked_compat_calls : checked_calls;
    long (*call)(word, word, word, word, word, word) = (long (*)(word, word, word, word, word, word))calls[regs->error];
    long result = call(a, b, c, d, e, f);
    check_flags();
    check_memory();
    return result;
}

/* Exceptions and interrupts leave for a program, too: of the memory they have no part in, only the roots are looked at. */
static void checked_trap(struct regs *regs)
{
    trap(regs);
    if (!from_user(regs))
        return;
    check_flags();
    check_roots(current->mm);
}

void (*trap_function)(struct regs *) = trap;
#else
/* The arguments are the whole of struct regs, as entry.S left it; the call gets a copy. */
static long checked_call(struct regs regs)
{
    long (*call)(struct regs regs) = (long (*)(struct regs))checked_calls[regs.error];
    long result = call(regs);
    check_memory();
    return result;
}
#endif

void check_system_calls(void)
{
    for (unsigned i = 0; i < SYSCALL_TABLE_SIZE; i++) {
        checked_calls[i] = system_call_table[i];
        system_call_table[i] = (void *)checked_call;
    }
#ifdef __x86_64__
    for (unsigned i = 0; i < SYSCALL_TABLE_SIZE; i++) {
        checked_compat_calls[i] = compat_call_table[i];
        compat_call_table[i] = (void *)checked_call;
    }
    trap_function = checked_trap;
#endif
}

/* The null system call: what it costs is what every call costs. */
long sys_getpid(void)
{
    return current->leader->pid;
}

long sys_gettid(void)
{
    return current->pid;
}

/* The machine's first program has no parent. */
long sys_getppid(void)
{
    const struct task *parent = current->leader->parent;
    return parent ? parent->pid : 0;
}
