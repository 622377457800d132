#include "user_area.h"

#include "abi/errno.h"
#include "debug.h"
#include "task/task.h"
#include "trap/trap.h"

/* EFLAGS that a tracer may change: those of sigreturn, and RF. */
#define TRACER_EFLAGS 0x00050DD5u

/* The number of the system call that the task is in; -1: it came here by something else. */
static word original_eax(const struct regs *regs)
{
    return regs->vector == SYSTEM_CALL_VECTOR ? regs->error : (word)-1;
}

struct user_regs user_area_registers(const struct task *task)
{
    const struct regs *regs = regs_of(task);
    return (struct user_regs){
        .ebx = regs->ebx,
        .ecx = regs->ecx,
        .edx = regs->edx,
        .esi = regs->esi,
        .edi = regs->edi,
        .ebp = regs->ebp,
        .eax = regs->ax,
        .ds = regs->ds & 0xFFFF,
        .es = regs->es & 0xFFFF,
        .fs = regs->fs & 0xFFFF,
        .gs = regs->gs & 0xFFFF,
        .orig_eax = original_eax(regs),
        .eip = regs->ip,
        .cs = regs->cs & 0xFFFF,
        .eflags = regs->flags,
        .esp = regs->sp,
        .ss = regs->ss & 0xFFFF,
    };
}

/* Whole words only. What is neither a register nor a debug register reads as 0. */
long user_area_read(const struct task *task, word offset, word *value)
{
    struct user_regs registers = user_area_registers(task);
    *value = 0;
    if (offset % sizeof(word) != 0 || offset > USER_SIZE - sizeof(word))
        return -EIO;
    if (offset < sizeof registers)
        *value = *(word *)((uint8_t *)&registers + offset);
    else if (offset >= USER_DEBUG_REGISTERS)
        *value = task->debug[(offset - USER_DEBUG_REGISTERS) / sizeof(word)];
    return 0;
}

/* A selector must be of ring 3; a data segment may also be null. */
static bool is_user_selector(word value, bool may_be_null)
{
    return (value & 3) == 3 || (may_be_null && (value & 0xFFFF) == 0);
}

static long write_register(struct regs *regs, word offset, word value)
{
    switch (offset) {
    case offsetof(struct user_regs, ds):
    case offsetof(struct user_regs, es):
    case offsetof(struct user_regs, fs):
    case offsetof(struct user_regs, gs):
        if (!is_user_selector(value, true))
            return -EIO;
        *(word *)((uint8_t *)regs + offset) = value & 0xFFFF; /* the two begin alike */
        return 0;
    case offsetof(struct user_regs, cs):
    case offsetof(struct user_regs, ss):
        if (!is_user_selector(value, false))
            return -EIO;
        *(offset == offsetof(struct user_regs, cs) ? &regs->cs : &regs->ss) = value & 0xFFFF;
        return 0;
    case offsetof(struct user_regs, eflags):
        regs->flags = (regs->flags & ~TRACER_EFLAGS) | (value & TRACER_EFLAGS);
        return 0;
    case offsetof(struct user_regs, orig_eax):
        regs->error = value;
        return 0;
    case offsetof(struct user_regs, eip):
        regs->ip = value;
        return 0;
    case offsetof(struct user_regs, esp):
        regs->sp = value;
        return 0;
    default:
        *(word *)((uint8_t *)regs + offset) = value;
        return 0;
    }
}
_Static_assert(offsetof(struct user_regs, gs) == offsetof(struct regs, gs), "the first eleven");

long user_area_write(struct task *task, word offset, word value)
{
    if (offset % sizeof(word) != 0 || offset > USER_SIZE - sizeof(word))
        return -EIO;
    if (offset < sizeof(struct user_regs))
        return write_register(regs_of(task), offset, value);
    if (offset >= USER_DEBUG_REGISTERS)
        return debug_register_set(task, (offset - USER_DEBUG_REGISTERS) / sizeof(word), value);
    return -EIO;
}

void single_step(struct task *task, bool on)
{
    struct regs *regs = regs_of(task);
    regs->flags = on ? regs->flags | EFLAGS_TF : regs->flags & ~EFLAGS_TF;
}
