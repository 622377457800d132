/* A page fault: is it demand paging, a program's mistake, an expected fault of the kernel, or a
   bug of the kernel? The error code tells: bit 0 the page was present, bit 1 it was a write, bit
   2 the CPU was in ring 3, bit 4 it was a fetch (told only under NX or SMEP). */
#include "boot/options.h"
#include "mm/check.h"
#include "mm/mm.h"
#include "mm/pte.h"
#include "mm/uaccess.h"
#include "mm/vmalloc.h"
#include "split/split.h"
#include "task/task.h"
#include "trap/extable.h"
#include "trap/tracepoint.h"
#include "trap/trap.h"

#define ERROR_PRESENT 1u

/* Ring 0 has no business at a user address that it did not announce, and none at all with the code
   there: under SMAP and SMEP it is not even asked whether there is a page, nor whether somebody
   expects the fault. */
static bool forbidden_to_kernel(const struct regs *regs)
{
    return !from_user(regs) && (regs->error & FAULT_FETCH || (options.smap && !(regs->flags & EFLAGS_AC)));
}

/* No page can be had: what does the program get? */
static void punish(enum fault_result why, word address)
{
    switch (why) {
    case FAULT_MAPERR:
        signal_force(SIGSEGV, SEGV_MAPERR, address);
        break;
    case FAULT_ACCERR:
        signal_force(SIGSEGV, SEGV_ACCERR, address);
        break;
    case FAULT_SIGBUS:
        signal_force(SIGBUS, BUS_ADRERR, address);
        break;
    default:
        signal_force(SIGKILL, SI_KERNEL, 0); /* out of memory */
    }
}

/* A copy without a table of expected faults must go on where a file or a driver has no page. Linux 2.0 lent it an empty one
   (BAD_PAGE), and the signal waited for the end of the system call. */
#if PAGE_OFFSET == 0
static bool lend_empty_page(enum fault_result why, word address)
{
    struct mm *mm = current->mm;
    if (why != FAULT_SIGBUS)
        return false;
    set_pte(mm, pte_find(mm, address), zero_frame | PTE_P | PTE_U | PTE_A | PTE_SPECIAL);
    trace(TP_FAULT_IN, TP_ZERO, PAGE_DOWN(address), zero_frame, 0, 0);
    punish(why, address);
    return true;
}
#else
#define lend_empty_page(why, address) false
#endif

/* The questions in the order of Linux's do_page_fault: is it the kernel's own memory, may the page
   be brought at all here, is it the process's, is there a fixup? */
void page_fault(struct regs *regs, word address)
{
    bool user = from_user(regs);
    bool has_memory = current && current->mm;
    enum fault_result result = FAULT_MAPERR;

    counters.page_faults++;
    if (!user && !(regs->error & ERROR_PRESENT) && has_memory && vmalloc_fault(address))
        return;
    bool in_users_part = address < TASK_SIZE && (user || split_kernel_faults_in);
    bool forbidden = in_users_part && forbidden_to_kernel(regs);
    if (has_memory && in_users_part && !forbidden && !pagefaults_are_disabled()) {
        word stack = user ? regs->sp : FAULT_ANY_STACK;
        result = fault_in(current->mm, address, regs->error, stack);
        if (options.check)
            check_memory();
        if (result == FAULT_DONE)
            return; /* the instruction that faulted runs again */
    }
    if (user) {
        /* What lies in the kernel's part is none of the program's business, not even whether it
           is there. */
        word error = regs->error | (address >= TASK_SIZE ? ERROR_PRESENT : 0);
        current->fault = (struct fault){regs->vector, error, address};
        punish(result, address);
    } else if (forbidden || (!lend_empty_page(result, address) && !extable_fixup(regs)))
        oops(address - KERNEL_BASE < PAGE_SIZE ? "unable to handle kernel NULL pointer dereference"
                                               : "unable to handle kernel paging request",
             regs, &address);
}
