/* The rights of the page: the first store faults, the handler is told where, lets the store be made by one single step, and
   takes the right away again. */
#include "watch.h"

struct noticed by_rights = {"rights of the page (mprotect)", "?", "?", "?"};

static volatile int segvs, traps, code;
static volatile uint32_t where, error, trap_code;

static void on_segv(int signal, struct siginfo *info, struct ucontext *at)
{
    (void)signal;
    segvs++;
    code = info->si_code;
    where = info->si_addr;
    error = at->registers.err;
    mprotect((void *)B, PAGE, RW);
    at->registers.eflags |= 0x100; /* TF: one instruction, then SIGTRAP */
}

static void on_step(int signal, struct siginfo *info, struct ucontext *at)
{
    (void)signal;
    traps++;
    trap_code = (uint32_t)info->si_code;
    mprotect((void *)B, PAGE, PROT_READ);
    at->registers.eflags &= ~0x100u;
}

static void tell(const char *step, const char *what)
{
    printf("%-4s %s: %d SIGSEGV (si_code %d, at b+%u, error code %u), %d SIGTRAP (si_code %u)\n", step, what, segvs, code,
           (unsigned)(where - B), (unsigned)error, traps, (unsigned)trap_code);
    segvs = traps = 0;
}

void watch_by_rights(void)
{
    on_signal(SIGSEGV, on_segv, SA_SIGINFO);
    on_signal(SIGTRAP, on_step, SA_SIGINFO);
    b[5] = 'a'; /* so that the page is there */
    mprotect((void *)B, PAGE, PROT_READ);
    printf("w2   the page of b may only be read from now on\n");
    b[5] = 'x';
    by_rights.user = segvs == 1 && traps == 1 && b[5] == 'x' ? "yes, before it happens" : "no";
    tell("w3", "the program stores to b[5]");
    b[100] = 'n';
    tell("w3'", "and to b[100], which nobody asked for");
    int result = kernel_writes(b, 8);
    by_rights.kernel = segvs > 0 ? "yes" : "no: EFAULT, and the bytes are lost";
    printf("w4   read() into b: %d, %d SIGSEGV; b[5] is still '%c'\n", result, segvs, b[5]);
    mprotect((void *)B, PAGE, RW);
    on_signal(SIGSEGV, SIG_DFL, 0);
    on_signal(SIGTRAP, SIG_DFL, 0);
}
