#include "user_area.h"

#include "abi/errno.h"
#include "debug.h"
#include "segments.h"
#include "task/task.h"
#include "trap/trap.h"

/* EFLAGS that a tracer may change: those of sigreturn, and RF. */
#define TRACER_EFLAGS 0x00050DD5u

/* The number of the system call that the task is in; -1: it came here by something else. */
static word original_rax(const struct regs *regs)
{
    return is_system_call(regs) ? regs->error : (word)-1;
}

struct user_regs user_area_registers(const struct task *task)
{
    const struct regs *regs = regs_of(task);
    return (struct user_regs){
        .r15 = regs->r15,
        .r14 = regs->r14,
        .r13 = regs->r13,
        .r12 = regs->r12,
        .rbp = regs->bp,
        .rbx = regs->bx,
        .r11 = regs->r11,
        .r10 = regs->r10,
        .r9 = regs->r9,
        .r8 = regs->r8,
        .rax = regs->ax,
        .rcx = regs->cx,
        .rdx = regs->dx,
        .rsi = regs->si,
        .rdi = regs->di,
        .orig_rax = original_rax(regs),
        .rip = regs->ip,
        .cs = regs->cs,
        .eflags = regs->flags,
        .rsp = regs->sp,
        .ss = regs->ss,
        .fs_base = task->fs_base,
        .gs_base = task->gs_base,
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

/* Where struct regs has what struct user_regs has at an offset; those that may be written without a look. */
static word *register_at(struct regs *regs, word offset)
{
    word *const places[] = {&regs->r15, &regs->r14, &regs->r13, &regs->r12, &regs->bp, &regs->bx,
                            &regs->r11, &regs->r10, &regs->r9,  &regs->r8,  &regs->ax, &regs->cx,
                            &regs->dx,  &regs->si,  &regs->di,  &regs->error, &regs->ip};
    word number = offset / sizeof(word);
    return number < sizeof places / sizeof places[0] ? places[number] : NULL;
}

static long write_base(word *base, word value)
{
    if (value >= TASK_SIZE)
        return -EIO;
    *base = value; /* loaded when the task is switched to */
    return 0;
}

static long write_register(struct task *task, word offset, word value)
{
    struct regs *regs = regs_of(task);
    word *place = register_at(regs, offset);
    if (place) {
        *place = value;
        return 0;
    }
    switch (offset) {
    case offsetof(struct user_regs, cs):
    case offsetof(struct user_regs, ss):
        if ((value & 3) != 3)
            return -EIO;
        *(offset == offsetof(struct user_regs, cs) ? &regs->cs : &regs->ss) = value & 0xFFFF;
        return 0;
    case offsetof(struct user_regs, eflags):
        regs->flags = (regs->flags & ~(word)TRACER_EFLAGS) | (value & TRACER_EFLAGS);
        return 0;
    case offsetof(struct user_regs, rsp):
        regs->sp = value;
        return 0;
    case offsetof(struct user_regs, fs_base):
        return write_base(&task->fs_base, value);
    case offsetof(struct user_regs, gs_base):
        return write_base(&task->gs_base, value);
    default:
        return -EIO; /* the selectors of data */
    }
}

long user_area_write(struct task *task, word offset, word value)
{
    if (offset % sizeof(word) != 0 || offset > USER_SIZE - sizeof(word))
        return -EIO;
    if (offset < sizeof(struct user_regs))
        return write_register(task, offset, value);
    if (offset >= USER_DEBUG_REGISTERS)
        return debug_register_set(task, (offset - USER_DEBUG_REGISTERS) / sizeof(word), value);
    return -EIO;
}

void single_step(struct task *task, bool on)
{
    struct regs *regs = regs_of(task);
    regs->flags = on ? regs->flags | EFLAGS_TF : regs->flags & ~(word)EFLAGS_TF;
}
