/* What a signal handler finds on its stack, and the way back from it: Linux's frame without the state of x87 and SSE. Lowest
   address first:

     where the handler returns to
     struct ucontext
     struct siginfo

   The arguments come in registers. There is one kind of frame, and no code on the stack: the handler's RET leads to `restorer`, and
   who gave none gets no handler. The 128 bytes below the program's stack pointer are its own (the red zone of the ABI). */
#include "abi/sigcontext.h"

#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/signal.h"
#include "task/task.h"
#include "trap/syscalls.h"

struct rt_sigframe {
    word return_to;
    struct ucontext context;
    struct siginfo info;
};

#define RED_ZONE 128

/* RFLAGS that are the program's own: AC, RF, OF, DF, TF, SF, ZF, AF, PF, CF. */
#define USER_EFLAGS 0x00050DD5u

static struct sigcontext save_registers(const struct regs *regs, sigset_t mask)
{
    return (struct sigcontext){
        .r8 = regs->r8,
        .r9 = regs->r9,
        .r10 = regs->r10,
        .r11 = regs->r11,
        .r12 = regs->r12,
        .r13 = regs->r13,
        .r14 = regs->r14,
        .r15 = regs->r15,
        .rdi = regs->di,
        .rsi = regs->si,
        .rbp = regs->bp,
        .rbx = regs->bx,
        .rdx = regs->dx,
        .rax = regs->ax,
        .rcx = regs->cx,
        .rsp = regs->sp,
        .rip = regs->ip,
        .eflags = regs->flags,
        .cs = (uint16_t)regs->cs,
        .ss = (uint16_t)regs->ss,
        .err = current->fault.error_code,
        .trapno = current->fault.trap_number,
        .oldmask = mask,
        .cr2 = current->fault.cr2,
    };
}

/* Whatever the handler made of them; the kernel's own rights are not to be had. A selector that cannot be loaded, or an address that
   is none, is found out on the way out (entry.S). */
static void restore_registers(struct regs *regs, const struct sigcontext *from)
{
    regs->r8 = from->r8;
    regs->r9 = from->r9;
    regs->r10 = from->r10;
    regs->r11 = from->r11;
    regs->r12 = from->r12;
    regs->r13 = from->r13;
    regs->r14 = from->r14;
    regs->r15 = from->r15;
    regs->di = from->rdi;
    regs->si = from->rsi;
    regs->bp = from->rbp;
    regs->bx = from->rbx;
    regs->dx = from->rdx;
    regs->cx = from->rcx;
    regs->sp = from->rsp;
    regs->ip = from->rip;
    regs->cs = from->cs | 3;
    regs->ss = from->ss | 3;
    regs->flags = (regs->flags & ~(word)USER_EFLAGS) | (from->eflags & USER_EFLAGS);
    regs->vector = 0; /* this is no system call's return: nothing to begin anew, and IRET, not SYSRET */
}

/* Where the frame goes: under the program's stack, or to the alternate one. A function expects RSP to be 8 below a multiple of 16
   when it begins. */
static word frame_address(const struct regs *regs, const struct sigaction *action)
{
    const struct sigaltstack *other = &current->altstack;
    word sp = regs->sp - RED_ZONE;
    if ((action->flags & SA_ONSTACK) && other->size > 0 && regs->sp - other->sp >= other->size)
        sp = other->sp + other->size;
    return ((sp - sizeof(struct rt_sigframe)) & ~(word)15) - 8;
}

static struct siginfo user_info(const struct signal_info *from)
{
    struct siginfo info = {.si_signo = from->signal, .si_code = from->code};
    if (from->code > 0 && from->signal != SIGCHLD) {
        info.si_addr = from->address;
    } else {
        info.si_pid = from->pid;
        info.si_uid = from->uid;
        info.si_status = from->status;
    }
    return info;
}

/* Make the program go on in its handler. False: there is no room for the frame, or no way back. */
bool signal_push_frame(struct regs *regs, const struct sigaction *action, const struct signal_info *info,
                       sigset_t old_mask)
{
    struct rt_sigframe frame = {.return_to = action->restorer};
    word at = frame_address(regs, action);
    if (!(action->flags & SA_RESTORER) || TASK_SIZE_OF(current->mm) != TASK_SIZE) /* an i386 program has no handlers here */
        return false;
    frame.info = user_info(info);
    frame.context.stack = current->altstack;
    frame.context.registers = save_registers(regs, old_mask);
    frame.context.mask = old_mask;
    if (copy_to_user((void *)at, &frame, sizeof frame))
        return false;
    regs->sp = at;
    regs->di = (word)info->signal;
    regs->si = at + offsetof(struct rt_sigframe, info);
    regs->dx = at + offsetof(struct rt_sigframe, context);
    regs->ax = 0; /* for a handler without a prototype: no vector registers hold arguments */
    regs->ip = action->handler;
    regs->cs = USER_CS;
    regs->ss = USER_DS;
    regs->flags &= ~(word)(EFLAGS_TF | EFLAGS_DF | EFLAGS_RF);
    regs->vector = 0;
    return true;
}

/* The handler's RET took the return address. */
long sys_rt_sigreturn(void)
{
    struct rt_sigframe frame;
    if (copy_from_user(&frame, (const void *)(user_regs()->sp - 8), sizeof frame)) {
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return 0;
    }
    restore_registers(user_regs(), &frame.context.registers);
    current->blocked = frame.context.mask & ~UNBLOCKABLE;
    signal_update_work(current);
    return (long)frame.context.registers.rax;
}
