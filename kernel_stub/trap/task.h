/* Processes. One so far; the list and the scheduler come with fork. */
#ifndef TRAP_TASK_H
#define TRAP_TASK_H

#include "arch/i386/regs.h"
#include "arch/i386/segments.h"
#include "layout.h"

struct mm;

struct task {
    int pid, parent;
    char name[32];
    struct mm *mm;
    void *stack;     /* its kernel stack, KERNEL_STACK_SIZE bytes, aligned to as much */
    word addr_limit; /* the first address its system calls may not name */
};

extern struct task *current;

struct task *task_new(const char *name);
void task_run(struct task *task, void (*function)(void)) __attribute__((noreturn));
void task_exit(unsigned status) __attribute__((noreturn)); /* a wait status */

/* The registers with which the current task entered the kernel from user mode. */
ALWAYS_INLINE struct regs *user_regs(void)
{
    return (struct regs *)((word)current->stack + KERNEL_STACK_SIZE - sizeof(struct regs));
}

#endif
