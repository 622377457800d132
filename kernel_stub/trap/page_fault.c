/* A page fault: is it demand paging, a program's mistake, an expected fault of the kernel, or a
   bug of the kernel? The error code tells: bit 0 the page was present, bit 1 it was a write, bit
   2 the CPU was in ring 3. */
#include "mm/mm.h"
#include "split/split.h"
#include "trap/extable.h"
#include "trap/task.h"
#include "trap/trap.h"

#define ERROR_PRESENT 1u
#define ERROR_WRITE 2u

/* No page can be had: what does the program get? */
static void punish(enum fault_result why, word address)
{
    switch (why) {
    case FAULT_MAPERR:
        signal_send(SIGSEGV, SEGV_MAPERR, address);
        break;
    case FAULT_ACCERR:
        signal_send(SIGSEGV, SEGV_ACCERR, address);
        break;
    case FAULT_SIGBUS:
        signal_send(SIGBUS, BUS_ADRERR, address);
        break;
    default:
        signal_send(SIGKILL, SI_KERNEL, 0); /* out of memory */
    }
}

void page_fault(struct regs *regs, word address)
{
    bool user = from_user(regs);
    bool pages_may_come = address < TASK_SIZE && (user || split_kernel_faults_in);
    enum fault_result result = FAULT_MAPERR;

    counters.page_faults++;
    if (current && pages_may_come) {
        word stack = user ? regs->esp : FAULT_ANY_STACK;
        result = fault_in(current->mm, address, regs->error & ERROR_WRITE,
                          regs->error & ERROR_PRESENT, stack);
        if (result == FAULT_DONE)
            return; /* the instruction that faulted runs again */
    }
    if (user)
        punish(result, address);
    else if (!extable_fixup(regs))
        oops(address < PAGE_SIZE ? "unable to handle kernel NULL pointer dereference"
                                 : "unable to handle kernel paging request",
             regs, &address);
}
