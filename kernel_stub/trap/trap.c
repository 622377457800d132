/* Exceptions: what each of them means for a program, and that most of them are the end for the
   kernel. */
#include "trap/trap.h"

#include "trap/extable.h"

struct kernel_counters counters;

/* By vector, SDM volume 3, table 6-1. An exception without a signal cannot come from a program. */
static const struct {
    const char *name;
    int signal, code;
} exceptions[32] = {
    [0] = {"divide error", SIGFPE, FPE_INTDIV},
    [1] = {"debug", SIGTRAP, TRAP_TRACE},
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

/* Called by entry.S for vectors 0 to 31. To return is to let the interrupted code go on. */
void trap(struct regs *regs)
{
    if (regs->vector == 14) {
        page_fault(regs, read_cr2());
        return;
    }
    const char *name = exceptions[regs->vector].name;
    int signal = exceptions[regs->vector].signal;
    if (from_user(regs) && signal) {
        bool at_instruction = signal == SIGFPE || signal == SIGILL;
        signal_send(signal, exceptions[regs->vector].code, at_instruction ? regs->eip : 0);
        return;
    }
    if (regs->vector == 13 && extable_fixup(regs))
        return;
    oops(name ? name : "unknown exception", regs, NULL);
}
