/* What is x86-64's own: the registers across SYSCALL, the frame of a signal, and returns that the CPU refuses. */
#include "check.h"

static volatile int count, last_signal, skip;
static struct siginfo info;
static struct ucontext context;

static void looking(int signal, struct siginfo *got, struct ucontext *at)
{
    count++;
    last_signal = signal;
    info = *got;
    context = *at;
    at->registers.rip += (unsigned long)skip;
}

static int status_of(void (*function)(void))
{
    int status = -1, pid = fork();
    if (pid == 0) {
        function();
        exit(99);
    }
    waitpid(pid, &status, 0);
    return status;
}

/* RAX is the result, RCX where SYSCALL returned to, R11 the flags; the rest is as it was, the direction flag and AC too. */
static void across_a_call(void)
{
    static const unsigned long before[14] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    static unsigned long after[14], rax, rcx, r11, flags, next;
    __asm__ volatile("subq $128, %%rsp\n"
                     "pushq %%rbp\n"
                     "pushf\n"
                     "orl $0x40400, (%%rsp)\n" /* AC, DF */
                     "popf\n"
                     "movq %[before], %%rax\n"
                     "movq (%%rax), %%rbx\nmovq 8(%%rax), %%rdx\nmovq 16(%%rax), %%rsi\nmovq 24(%%rax), %%rdi\n"
                     "movq 32(%%rax), %%rbp\nmovq 40(%%rax), %%r8\nmovq 48(%%rax), %%r9\nmovq 56(%%rax), %%r10\n"
                     "movq 64(%%rax), %%r12\nmovq 72(%%rax), %%r13\nmovq 80(%%rax), %%r14\nmovq 88(%%rax), %%r15\n"
                     "movl $39, %%eax\n" /* getpid */
                     "syscall\n"
                     "1: pushf\n"
                     "cld\n"
                     "movq %%rax, %[rax]\n"
                     "movq %%rcx, %[rcx]\n"
                     "movq %%r11, %[r11]\n"
                     "popq %%rax\n"
                     "movq %%rax, %[flags]\n"
                     "pushq %%rax\nandl $~0x40400, (%%rsp)\npopf\n"
                     "movq $1b, %%rax\n"
                     "movq %%rax, %[next]\n"
                     "movq %[after], %%rax\n"
                     "movq %%rbx, (%%rax)\nmovq %%rdx, 8(%%rax)\nmovq %%rsi, 16(%%rax)\nmovq %%rdi, 24(%%rax)\n"
                     "movq %%rbp, 32(%%rax)\nmovq %%r8, 40(%%rax)\nmovq %%r9, 48(%%rax)\nmovq %%r10, 56(%%rax)\n"
                     "movq %%r12, 64(%%rax)\nmovq %%r13, 72(%%rax)\nmovq %%r14, 80(%%rax)\nmovq %%r15, 88(%%rax)\n"
                     "popq %%rbp\n"
                     "addq $128, %%rsp\n"
                     : [rax] "=m"(rax), [rcx] "=m"(rcx), [r11] "=m"(r11), [flags] "=m"(flags), [next] "=m"(next)
                     : [before] "i"(before), [after] "i"(after)
                     : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
    CHECK_IS(rax, getpid());
    CHECK_IS(rcx, next);
    CHECK_IS(r11, flags);
    CHECK(flags & 0x400 && flags & 0x40000 && flags & 0x200);
    for (unsigned i = 0; i < 12; i++)
        CHECK_IS(after[i], before[i]);
}

/* No number: and none of the table's either way. */
static void numbers(void)
{
    CHECK_IS(raw_call(-1, 0, 0, 0), -ENOSYS);
    CHECK_IS(raw_call(1200, 0, 0, 0), -ENOSYS);
    CHECK_IS(raw_call(0x100000000, 0, 0, 0), -ENOSYS); /* all 64 bits count */
    CHECK_IS(raw_call(7, -1, 0, 0), -ENOSYS);          /* i386's waitpid */
    CHECK_IS(raw_call(134, 0, 0, 0), -ENOSYS);
}

/* The frame lies below the red zone, which the program may be using, at an address as a call leaves it. */
static void the_frame(void)
{
    static unsigned long in_red_zone, sp;
    struct sigaction action = {.handler = (unsigned long)looking, .flags = SA_SIGINFO};
    sigset_t mask = SIGNAL_SET(SIGINT) | SIGNAL_SET(40), old;
    sigaction(SIGUSR1, &action, NULL);
    sigprocmask(SIG_SETMASK, &mask, &old);
    count = skip = 0;
    __asm__ volatile("movq $0x5AFE, -128(%%rsp)\n"
                     "movq $0x5AFE, -8(%%rsp)\n"
                     "movl $0x77, %%ebx\n"
                     "syscall\n"
                     "movq -128(%%rsp), %%rax\n"
                     "andq -8(%%rsp), %%rax\n"
                     "movq %%rax, %0\n"
                     "movq %%rsp, %1\n"
                     : "=m"(in_red_zone), "=m"(sp)
                     : "a"(SYS_tgkill), "D"(getpid()), "S"(gettid()), "d"(SIGUSR1)
                     : "rbx", "rcx", "r11", "memory");
    sigprocmask(SIG_SETMASK, &old, NULL);
    CHECK_IS(count, 1);
    CHECK_IS(in_red_zone, 0x5AFE);
    CHECK_IS(context.registers.rsp, sp);
    CHECK_IS(context.registers.rbx, 0x77);
    CHECK_IS(context.registers.rax, 0); /* the call's result */
    CHECK_IS(context.registers.rdx, SIGUSR1);
    CHECK_IS(context.registers.cs, 0x33);
    CHECK_IS(context.registers.ss, 0x2B);
    CHECK_IS(context.registers.fpstate, 0);
    CHECK(context.mask == mask);
    CHECK(*(uint16_t *)(context.registers.rip - 2) == 0x050F); /* behind the SYSCALL */
    CHECK_IS(offsetof(struct ucontext, registers), 40);        /* Linux's layout */
    CHECK_IS(offsetof(struct sigcontext, rip) + 40, 168);
    CHECK_IS(offsetof(struct sigcontext, err) + 40, 192);
    CHECK_IS(offsetof(struct sigcontext, cr2) + 40, 216);
    CHECK_IS(offsetof(struct siginfo, si_addr), 16);
    CHECK_IS(sizeof(struct siginfo), 128);
}

/* As it is, without what the library adds: no restorer, no handler. */
static void without_a_restorer(void)
{
    struct sigaction action = {.handler = (unsigned long)looking, .flags = SA_SIGINFO};
    CHECK_IS(raw_call4(SYS_rt_sigaction, SIGUSR1, (long)&action, 0, sizeof(sigset_t)), 0);
    raise(SIGUSR1);
}

static unsigned long wanted_ip;
static unsigned short wanted_cs, wanted_ss;
static void going_elsewhere(int signal, struct siginfo *got, struct ucontext *at)
{
    (void)signal;
    (void)got;
    at->registers.rip = wanted_ip ? wanted_ip : at->registers.rip;
    at->registers.cs = wanted_cs ? wanted_cs : at->registers.cs;
    at->registers.ss = wanted_ss ? wanted_ss : at->registers.ss;
}

static void elsewhere(void)
{
    on_signal(SIGSEGV, looking, SA_SIGINFO | SA_ONSTACK);
    on_signal(SIGUSR1, going_elsewhere, SA_SIGINFO);
    count = 0;
    raise(SIGUSR1);
}

static void exits_with_what_it_got(int signal, struct siginfo *got, struct ucontext *at)
{
    (void)got;
    exit_group(signal == SIGSEGV ? (int)at->registers.trapno : 98);
}

static void elsewhere_in_a_child(void)
{
    on_signal(SIGSEGV, exits_with_what_it_got, SA_SIGINFO);
    on_signal(SIGBUS, exits_with_what_it_got, SA_SIGINFO);
    on_signal(SIGUSR1, going_elsewhere, SA_SIGINFO);
    raise(SIGUSR1);
}

/* The CPU refuses in ring 0, when everything is the program's again; and yet it is the program's fault, and the kernel's GS, stack
   and page tables are its own for the next call. */
static void refused_returns(void)
{
    static const struct {
        unsigned long ip;
        unsigned short cs, ss;
        int trap;
    } cases[] = {
        {0x0000800000000000, 0, 0, 13}, /* not canonical */
        {0xFFFF888000001000, 0, 0, 14}, /* the kernel's: fetched as the program, and refused */
        {0x00007FFFFFFFF000, 0, 0, 14}, /* the guard page */
        {0, 0x1234, 0, 13},             /* no such descriptor */
        {0, 0x2B, 0, 13},               /* data */
        {0, 0, 0x40, 13},               /* the TSS */
        {0, 0, 0x33, 13},               /* code */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wanted_ip = cases[i].ip;
        wanted_cs = cases[i].cs;
        wanted_ss = cases[i].ss;
        CHECK_IS(status_of(elsewhere_in_a_child), cases[i].trap << 8);
    }
    wanted_ip = wanted_cs = wanted_ss = 0;
    CHECK_IS(status_of(elsewhere), 99 << 8);
}

static unsigned long load(unsigned long address)
{
    unsigned long value = 0x5EED;
    __asm__ volatile("movq (%1), %0" : "+a"(value) : "c"(address)); /* 48 8B 01 */
    return value;
}

/* What a program's own accesses give: a page fault, or where there can be no page a #GP without an address. */
static void faults(void)
{
    on_signal(SIGSEGV, looking, SA_SIGINFO);
    count = 0;
    skip = 3;
    load(0x20);
    CHECK_IS(info.si_code, SEGV_MAPERR);
    CHECK_IS(info.si_addr, 0x20);
    CHECK_IS(context.registers.trapno, 14);
    CHECK_IS(context.registers.err, 4);
    CHECK_IS(context.registers.cr2, 0x20);
    load(0xFFFF888000001000);
    CHECK_IS(info.si_code, SEGV_MAPERR);
    CHECK_IS(info.si_addr, 0xFFFF888000001000);
    CHECK_IS(context.registers.err, 5); /* whatever the CPU said: what the kernel has is not told */
    load(0x0000800000000000);
    CHECK_IS(info.si_code, SI_KERNEL);
    CHECK_IS(info.si_addr, 0);
    CHECK_IS(context.registers.trapno, 13);
    CHECK_IS(context.registers.err, 0);
    load(0x7FFFFFFFF000);
    CHECK_IS(info.si_code, SEGV_MAPERR);
    CHECK_IS(context.registers.trapno, 14);
    CHECK_IS(count, 4);
    skip = 0;
}

/* MOV SS keeps a breakpoint back for one instruction: if that is SYSCALL, #DB comes in ring 0, with GS, RSP and CR3 still the
   program's. */
static void a_breakpoint_behind_syscall(void)
{
    unsigned short ss = 0x2B;
    unsigned long result;
    on_signal(SIGTRAP, looking, SA_SIGINFO);
    count = 0;
    CHECK_IS(lab_dr(0, (unsigned long)&ss & ~1ul), 0);
    CHECK_IS(lab_dr(7, 1 | 3ul << 16 | 1ul << 18), 0); /* reads and writes of two bytes */
    __asm__ volatile("movw %1, %%ss\nsyscall" : "=a"(result) : "m"(ss), "a"(SYS_getpid) : "rcx", "r11", "memory");
    lab_dr(7, 0);
    CHECK_IS(result, getpid());
}

/* One instruction at a time, SYSCALL among them: it clears TF, and IRET, which brings it back, lets one instruction pass. */
static unsigned long steps[8];
static volatile unsigned taken;
static void stepping(int signal, struct siginfo *got, struct ucontext *at)
{
    (void)got;
    if (signal == SIGTRAP && taken < 8)
        steps[taken++] = at->registers.rip;
    if (signal == SIGUSR1)
        at->registers.eflags |= 0x100;
    if (taken == 3)
        at->registers.eflags &= ~0x100ul;
}

static void single_steps(void)
{
    unsigned long here;
    on_signal(SIGTRAP, stepping, SA_SIGINFO);
    on_signal(SIGUSR1, stepping, SA_SIGINFO);
    taken = 0;
    __asm__ volatile("syscall\n"
                     "1: movl $39, %%eax\n"
                     "2: syscall\n"
                     "3: nop\n"
                     "movq $1b, %0\n"
                     : "=&b"(here)
                     : "a"(SYS_tgkill), "D"(getpid()), "S"(gettid()), "d"(SIGUSR1)
                     : "rcx", "r11", "memory");
    CHECK_IS(taken, 3);
    CHECK_IS(steps[0], here + 5);
    CHECK_IS(steps[1], here + 8);
    CHECK_IS(steps[2], here + 15);
}

/* A page that nobody has touched lies right below the stack pointer. The red zone is the program's; below it the kernel sees no
   stack. */
#define STORE_BELOW(distance)                            \
    __asm__ volatile("movq %%rsp, %%rbx\n"               \
                     "subq $0x100000, %%rsp\n"           \
                     "andq $~0xFFF, %%rsp\n"             \
                     "pushq $1\n" /* in the page below */ \
                     "andq $~0xFFF, %%rsp\n"             \
                     "addq $8, %%rsp\n"                  \
                     "movq $7, -" #distance "(%%rsp)\n"  \
                     "movq %%rbx, %%rsp\n"               \
                     :                                   \
                     :                                   \
                     : "rbx", "memory", "cc")

static void in_the_red_zone(void)
{
    STORE_BELOW(128);
    exit(5);
}

static void below_the_red_zone(void)
{
    STORE_BELOW(136);
    exit(5);
}

int main(void)
{
    across_a_call();
    numbers();
    the_frame();
    CHECK_IS(status_of(without_a_restorer), SIGSEGV);
    refused_returns();
    faults();
    a_breakpoint_behind_syscall();
    single_steps();
    on_signal(SIGSEGV, (void *)SIG_DFL, 0);
    CHECK_IS(status_of(in_the_red_zone), 5 << 8);
    CHECK_IS(status_of(below_the_red_zone), SIGSEGV);
    return checked();
}
