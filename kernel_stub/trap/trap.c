/* Exceptions: what each of them means for a program, and that most of them are the end for the
   kernel. */
#include "trap/trap.h"

#include "debug.h"
#include "drivers/pic.h"
#include "task/sched.h"
#include "trap/extable.h"
#include "trap/tracepoint.h"

struct kernel_counters counters;

/* By vector, SDM volume 3, table 6-1. An exception without a signal cannot come from a program. */
static const struct {
    const char *name;
    int signal, code;
} exceptions[32] = {
    [0] = {"divide error", SIGFPE, FPE_INTDIV},
    [2] = {"non-maskable interrupt", 0, 0},
    [3] = {"breakpoint", SIGTRAP, SI_KERNEL},
    [4] = {"overflow", SIGSEGV, SI_KERNEL},
    [5] = {"bound range exceeded", SIGSEGV, SI_KERNEL},
    [6] = {"invalid opcode", SIGILL, ILL_ILLOPN},
    [7] = {"device not available", SIGFPE, SI_KERNEL},
    [8] = {"double fault", 0, 0},
    [10] = {"invalid TSS", SIGSEGV, SI_KERNEL},
    [11] = {"segment not present", SIGBUS, SI_KERNEL},
    [12] = {"stack segment fault", SIGBUS, SI_KERNEL},
    [13] = {"general protection fault", SIGSEGV, SI_KERNEL},
    [16] = {"x87 floating-point error", SIGFPE, SI_KERNEL},
    [17] = {"alignment check", SIGBUS, BUS_ADRALN},
    [18] = {"machine check", 0, 0},
    [19] = {"SIMD floating-point error", SIGFPE, SI_KERNEL},
};

#ifdef __x86_64__
/* A copy met what is no address. It is answered like a page that is not there; but a check should have been before it. */
static void warn_of_non_canonical(const struct regs *regs)
{
    static const char rule[] = "non-canonical", text[] = "General protection fault in user access. Non-canonical address?";
    if (regs->vector == 13)
        trace(TP_LINT, (word)rule, sizeof rule - 1, (word)text, sizeof text - 1, 0);
}
#endif

/* Called by entry.S for exceptions, vectors 0 to 31, and for the interrupt lines above. To
   return is to let the interrupted code go on. */
void trap(struct regs *regs)
{
    if (regs->vector >= IRQ_VECTOR) {
        interrupt(regs->vector - IRQ_VECTOR);
        return;
    }
    if (regs->vector == 14) {
        page_fault(regs, read_cr2());
        return;
    }
    if (regs->vector == 1) {
        debug_exception(regs);
        return;
    }
    const char *name = exceptions[regs->vector].name;
    int signal = exceptions[regs->vector].signal;
    if (from_user(regs) && signal) {
        int code = exceptions[regs->vector].code;
        bool at_instruction = signal == SIGFPE || signal == SIGILL;
        current->fault = (struct fault){regs->vector, regs->error, current->fault.cr2};
        signal_force(signal, code, at_instruction ? regs->ip : 0);
        return;
    }
    if (!from_user(regs) && extable_fixup(regs)) {
#ifdef __x86_64__
        warn_of_non_canonical(regs);
#endif
        return;
    }
    oops(name ? name : "unknown exception", regs, NULL);
}

/* Called by entry.S as long as there is something to do before the program goes on. */
void work_before_return(struct regs *regs)
{
    if (current->work & WORK_SIGNAL)
        signal_deliver(regs);
    if (current->work & WORK_SCHEDULE)
        schedule();
}
