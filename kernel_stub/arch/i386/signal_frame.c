/* What a signal handler finds on its stack, and the way back from it: Linux's frames (2.6.9,
   arch/i386/kernel/signal.c) without the state of an x87. Lowest address first:

     plain                          with SA_SIGINFO
     where the handler returns to   where the handler returns to
     signal                         signal
     struct sigcontext              pointer to siginfo, pointer to ucontext
     mask, high word                struct siginfo, struct ucontext
     retcode                        retcode

   A handler is a C function with one or three arguments that happens to be called by nobody: its
   RET leads to the retcode, which is a system call. */
#include "abi/sigcontext.h"

#include "mm/uaccess.h"
#include "task/signal.h"
#include "task/task.h"
#include "trap/syscalls.h"

struct sigframe {
    word return_to;
    word signal;
    struct sigcontext registers;
    uint32_t mask_high;
    uint8_t retcode[8];
};
struct rt_sigframe {
    word return_to;
    word signal;
    word info_pointer, context_pointer;
    struct siginfo info;
    struct ucontext context;
    uint8_t retcode[8];
};

/* pop %eax (the signal); mov $119, %eax (sigreturn); int $0x80 */
static const uint8_t retcode[8] = {0x58, 0xB8, 0x77, 0x00, 0x00, 0x00, 0xCD, 0x80};
/* mov $173, %eax (rt_sigreturn); int $0x80 */
static const uint8_t rt_retcode[8] = {0xB8, 0xAD, 0x00, 0x00, 0x00, 0xCD, 0x80, 0x00};

/* EFLAGS that are the program's own: AC, RF, OF, DF, TF, SF, ZF, AF, PF, CF. */
#define USER_EFLAGS 0x00050DD5u

static struct sigcontext save_registers(const struct regs *regs, sigset_t mask)
{
    return (struct sigcontext){
        .gs = regs->gs & 0xFFFF,
        .fs = regs->fs & 0xFFFF,
        .es = regs->es & 0xFFFF,
        .ds = regs->ds & 0xFFFF,
        .edi = regs->edi,
        .esi = regs->esi,
        .ebp = regs->ebp,
        .esp = regs->sp,
        .ebx = regs->ebx,
        .edx = regs->edx,
        .ecx = regs->ecx,
        .eax = regs->ax,
        .trapno = current->fault.trap_number,
        .err = current->fault.error_code,
        .eip = regs->ip,
        .cs = regs->cs & 0xFFFF,
        .eflags = regs->flags,
        .esp_at_signal = regs->sp,
        .ss = regs->ss & 0xFFFF,
        .oldmask = (uint32_t)mask,
        .cr2 = current->fault.cr2,
    };
}

/* Whatever the handler made of them; the kernel's own rights are not to be had. A segment that
   cannot be loaded is found out on the way out (entry.S). */
static void restore_registers(struct regs *regs, const struct sigcontext *from)
{
    regs->gs = from->gs & 0xFFFF;
    regs->fs = from->fs & 0xFFFF;
    regs->es = from->es & 0xFFFF;
    regs->ds = from->ds & 0xFFFF;
    regs->edi = from->edi;
    regs->esi = from->esi;
    regs->ebp = from->ebp;
    regs->sp = from->esp;
    regs->ebx = from->ebx;
    regs->edx = from->edx;
    regs->ecx = from->ecx;
    regs->ip = from->eip;
    regs->cs = (from->cs & 0xFFFF) | 3;
    regs->ss = (from->ss & 0xFFFF) | 3;
    regs->flags = (regs->flags & ~USER_EFLAGS) | (from->eflags & USER_EFLAGS);
    regs->vector = 0; /* this is no system call's return: nothing to begin anew */
}

/* Where the frame goes: under the program's stack, or to the alternate one. A function expects ESP
   to be 4 below a multiple of 16 when it begins. */
static word frame_address(const struct regs *regs, const struct sigaction *action, word size)
{
    const struct sigaltstack *other = &current->altstack;
    word esp = regs->sp;
    if ((action->flags & SA_ONSTACK) && other->size > 0 && esp - other->sp >= other->size)
        esp = other->sp + other->size;
    return ((esp - size + 4) & ~15u) - 4;
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

static bool push_plain(struct regs *regs, const struct sigaction *action, int signal, sigset_t mask)
{
    struct sigframe frame = {0};
    word at = frame_address(regs, action, sizeof frame);
    frame.return_to = at + offsetof(struct sigframe, retcode);
    if (action->flags & SA_RESTORER)
        frame.return_to = action->restorer;
    frame.signal = (word)signal;
    frame.registers = save_registers(regs, mask);
    frame.mask_high = (uint32_t)(mask >> 32);
    memcpy(frame.retcode, retcode, sizeof retcode);
    if (copy_to_user((void *)at, &frame, sizeof frame))
        return false;
    regs->sp = at;
    regs->edx = regs->ecx = 0;
    return true;
}

static bool push_rt(struct regs *regs, const struct sigaction *action,
                    const struct signal_info *info, sigset_t mask)
{
    struct rt_sigframe frame = {0};
    word at = frame_address(regs, action, sizeof frame);
    frame.return_to = at + offsetof(struct rt_sigframe, retcode);
    if (action->flags & SA_RESTORER)
        frame.return_to = action->restorer;
    frame.signal = (word)info->signal;
    frame.info_pointer = at + offsetof(struct rt_sigframe, info);
    frame.context_pointer = at + offsetof(struct rt_sigframe, context);
    frame.info = user_info(info);
    frame.context.stack = current->altstack;
    frame.context.registers = save_registers(regs, mask);
    frame.context.mask = mask;
    memcpy(frame.retcode, rt_retcode, sizeof rt_retcode);
    if (copy_to_user((void *)at, &frame, sizeof frame))
        return false;
    regs->sp = at;
    regs->edx = frame.info_pointer;
    regs->ecx = frame.context_pointer;
    return true;
}

/* Make the program go on in its handler. False: there is no room for the frame. */
bool signal_push_frame(struct regs *regs, const struct sigaction *action,
                       const struct signal_info *info, sigset_t old_mask)
{
    bool pushed = action->flags & SA_SIGINFO ? push_rt(regs, action, info, old_mask)
                                             : push_plain(regs, action, info->signal, old_mask);
    if (!pushed)
        return false;
    regs->ax = (word)info->signal;
    regs->ip = action->handler;
    regs->cs = USER_CS;
    regs->ds = regs->es = regs->ss = USER_DS;
    regs->flags &= ~(EFLAGS_TF | EFLAGS_DF);
    regs->vector = 0;
    return true;
}

static long return_to(const struct sigcontext *registers, sigset_t mask)
{
    restore_registers(user_regs(), registers);
    current->blocked = mask & ~UNBLOCKABLE;
    signal_update_work(current);
    return (long)registers->eax;
}

/* The handler's RET took the return address, and the retcode the signal. */
long sys_sigreturn(void)
{
    struct sigframe frame;
    if (copy_from_user(&frame, (const void *)(user_regs()->sp - 8), sizeof frame)) {
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return 0;
    }
    return return_to(&frame.registers, (sigset_t)frame.mask_high << 32 | frame.registers.oldmask);
}

long sys_rt_sigreturn(void)
{
    struct rt_sigframe frame;
    if (copy_from_user(&frame, (const void *)(user_regs()->sp - 4), sizeof frame)) {
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return 0;
    }
    return return_to(&frame.context.registers, frame.context.mask);
}
