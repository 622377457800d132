/* Signals: who gets them, when, and what a handler sees and may change. */
#include "check.h"

static volatile int count, last_signal;
static struct siginfo info;
static struct ucontext context;

static void counting(int signal)
{
    count++;
    last_signal = signal;
}

/* Runs `function` in a child and gives its wait status. */
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

static void a_handler_runs_once(void)
{
    count = 0;
    CHECK_IS(on_signal(SIGUSR1, counting, 0), 0);
    CHECK_IS(raise(SIGUSR1), 0);
    CHECK_IS(count, 1);
    CHECK_IS(last_signal, SIGUSR1);
    CHECK_IS(kill(getpid(), SIGUSR1), 0);
    CHECK_IS(count, 2);
    CHECK_IS(on_signal(SIGUSR1, counting, SA_RESETHAND), 0);
    raise(SIGUSR1);
    struct sigaction now;
    sigaction(SIGUSR1, NULL, &now);
    CHECK_IS(now.handler, SIG_DFL);
    CHECK_IS(count, 3);
}

/* As it is, without what the library adds. */
static long rt_sigaction(int signal, const struct sigaction *wish)
{
    return raw_call4(SYS_rt_sigaction, signal, (long)wish, 0, sizeof wish->mask);
}

static void arguments_of_the_calls(void)
{
    struct sigaction action = {0};
    CHECK_IS(raw_call(SYS_rt_sigaction, SIGKILL, (long)&action, 0), -EINVAL); /* and the size is wrong too */
    CHECK_IS(sigaction(SIGKILL, &action, NULL), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(sigaction(SIGSTOP, &action, NULL), -1);
    CHECK_IS(sigaction(SIGKILL, NULL, &action), 0);
    CHECK_IS(sigaction(0, NULL, NULL), -1);
    CHECK_IS(sigaction(65, NULL, NULL), -1);
    CHECK_IS(rt_sigaction(SIGUSR1, (void *)0x10), -EFAULT);
    CHECK_IS(sigaction(SIGUSR1, NULL, (void *)0x10), -1);
    CHECK_IS(errno, EFAULT);
    CHECK_IS(sigprocmask(7, &(sigset_t){0}, NULL), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(sigprocmask(7, NULL, NULL), 0); /* how is not looked at */
    CHECK_IS(kill(getpid(), 65), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(kill(30000, SIGUSR1), -1);
    CHECK_IS(errno, ESRCH);
    CHECK_IS(kill(getpid(), 0), 0);
    CHECK_IS(tgkill(getpid() + 1, gettid(), 0), -1);
    CHECK_IS(errno, ESRCH);
}

#ifndef __x86_64__ /* whose frame is registers64.c's business */
/* The frame, byte by byte: return address, signal, registers, mask, and the code that returns. */
static struct {
    uint32_t return_to, signal;
    struct sigcontext registers;
    uint32_t mask_high;
    uint8_t retcode[8];
} frame;
static uint32_t frame_at;

__asm__(".text\n"
        "looking: movl %esp, frame_at\n"
        "movl %esp, %esi\n"
        "movl $frame, %edi\n"
        "movl $108, %ecx\n"
        "rep movsb\n"
        "ret\n");
void looking(void);

static void the_frame(void)
{
    static const uint8_t code[8] = {0x58, 0xB8, 0x77, 0, 0, 0, 0xCD, 0x80};
    uint32_t before[6] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66}, after[6], esp;
    struct sigaction action = {.handler = (unsigned long)looking};
    CHECK_IS(rt_sigaction(SIGUSR2, &action), 0); /* no restorer: the kernel's own code is used */
    sigset_t mask = SIGNAL_SET(SIGINT) | SIGNAL_SET(40), old;
    sigprocmask(SIG_SETMASK, &mask, &old);
    /* tgkill with known registers: EBX ECX EDX are its arguments, the others are free. */
    __asm__ volatile("int $0x80\n"
                     "movl %%esi, 12(%%edi)\n"
                     "movl %%esp, %0\n"
                     : "=r"(esp)
                     : "a"(270), "b"(getpid()), "c"(gettid()), "d"(SIGUSR2), "S"(before[3]),
                       "D"(after)
                     : "memory");
    sigprocmask(SIG_SETMASK, &old, NULL);
    CHECK_IS(sizeof frame, 108);
    CHECK_IS((frame_at + 4) % 16, 0);
    CHECK_IS(frame.return_to, frame_at + 100);
    CHECK_IS(frame.signal, SIGUSR2);
    CHECK_IS(frame.registers.esi, 0x44);
    CHECK_IS(after[3], 0x44); /* though the handler changed it */
    CHECK_IS(frame.registers.edi, after);
    CHECK_IS(frame.registers.edx, SIGUSR2);
    CHECK_IS(frame.registers.eax, 0); /* the system call's result */
    CHECK_IS(frame.registers.esp, esp);
    CHECK_IS(frame.registers.esp_at_signal, esp);
    CHECK_IS(frame.registers.cs, 0x23);
    CHECK_IS(frame.registers.ds, 0x2B);
    CHECK_IS(frame.registers.ss, 0x2B);
    CHECK_IS(frame.registers.fpstate, 0);
    CHECK_IS(frame.registers.oldmask, (uintptr_t)mask);
    CHECK_IS(frame.mask_high, (uintptr_t)(mask >> 32));
    CHECK_IS(memcmp(frame.retcode, code, sizeof code), 0);
    CHECK(*(uint16_t *)(frame.registers.eip - 2) == 0x80CD); /* behind the INT 80h */
}

#endif

/* Skips an instruction of `skip` bytes after it looked at what it got. */
static int skip;
static void skipping(int signal, struct siginfo *got, struct ucontext *at)
{
    count++;
    last_signal = signal;
    info = *got;
    context = *at;
    at->registers.CONTEXT_IP += (uintptr_t)skip;
}

static void watch_faults(int bytes)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    skip = bytes;
    count = 0;
    for (unsigned i = 0; i < 5; i++)
        on_signal(faults[i], skipping, SA_SIGINFO);
}

static uint32_t read_at(uintptr_t address)
{
    uint32_t value = 0x5EED;
    __asm__ volatile("movl (%1), %0" : "+a"(value) : "c"(address)); /* 8B 01 */
    return value;
}

static void write_at(uintptr_t address)
{
    __asm__ volatile("movl %0, (%1)" : : "a"(7), "c"(address) : "memory"); /* 89 01 */
}

static void segmentation_faults(void)
{
    struct lab_stat stat = stat_now();
    watch_faults(2);
    CHECK_IS(read_at(0x20), 0x5EED);
    CHECK_IS(count, 1);
    CHECK_IS(info.si_signo, SIGSEGV);
    CHECK_IS(info.si_code, SEGV_MAPERR);
    CHECK_IS(info.si_addr, 0x20);
    CHECK_IS(context.registers.trapno, 14);
    CHECK_IS(context.registers.err, 4);
    CHECK_IS(context.registers.cr2, 0x20);
    #ifdef __x86_64__
    CHECK_IS(context.registers.rcx, 0x20);
#else
    CHECK_IS(context.registers.ecx, 0x20);
#endif

    char *page = mmap(NULL, PAGE, PROT_READ, ANYWHERE, -1, 0);
    write_at((uintptr_t)page); /* no page is there yet */
    CHECK_IS(info.si_code, SEGV_ACCERR);
    CHECK_IS(context.registers.err, 6);
    CHECK_IS(read_at((uintptr_t)page), 0);
    write_at((uintptr_t)page + 8);
    CHECK_IS(count, 3);
    CHECK_IS(info.si_code, SEGV_ACCERR);
    CHECK_IS(info.si_addr, page + 8);
    CHECK_IS(context.registers.err, 7);

    /* Of the kernel's part not even presence is told: bit 0 is set for nothing too. A segment's
       limit may refuse before. */
    if (stat.page_offset != 0) {
        read_at(stat.task_size);
        CHECK_IS(info.si_code, SEGV_MAPERR);
        CHECK_IS(context.registers.err, 5);
        CHECK_IS(context.registers.cr2, stat.task_size);
        CHECK_IS(count, 4);
    }
}

static void other_faults(void)
{
    uintptr_t here = 0;
    watch_faults(2);
    __asm__ volatile("movl $1f, %k0\n"
                     "1: divl %%ecx\n" /* F7 F1 */
                     : "=&b"(here)
                     : "a"(1), "c"(0), "d"(0));
    CHECK_IS(info.si_signo, SIGFPE);
    CHECK_IS(info.si_code, FPE_INTDIV);
    CHECK_IS(info.si_addr, here);
    CHECK_IS(context.registers.trapno, 0);
    __asm__ volatile("movl $1f, %k0\n1: ud2\n" : "=b"(here));
    CHECK_IS(info.si_signo, SIGILL);
    CHECK_IS(info.si_code, ILL_ILLOPN);
    CHECK_IS(info.si_addr, here);
    CHECK_IS(context.registers.trapno, 6);
    skip = 0;
    __asm__ volatile("int3\nmovl $., %k0\n" : "=b"(here));
    CHECK_IS(info.si_signo, SIGTRAP);
    CHECK_IS(info.si_code, SI_KERNEL);
    CHECK_IS(context.registers.CONTEXT_IP, here);
    CHECK_IS(context.registers.trapno, 3);
    skip = 1;
    __asm__ volatile("hlt"); /* F4 */
    CHECK_IS(info.si_signo, SIGSEGV);
    CHECK_IS(info.si_code, SI_KERNEL);
    CHECK_IS(info.si_addr, 0);
    CHECK_IS(context.registers.trapno, 13);
    CHECK_IS(context.registers.err, 0);
    CHECK_IS(count, 4);
}

#ifndef __x86_64__ /* registers64.c */
/* A handler can have its program run on by one instruction: the way to let a store through. */
static uint32_t steps[4];
static void stepping(int signal, struct siginfo *got, struct ucontext *at)
{
    if (signal == SIGTRAP)
        steps[count] = at->registers.CONTEXT_IP;
    if (count == 0)
        at->registers.eflags |= 0x100;
    if (count == 2)
        at->registers.eflags &= ~0x100u;
    info = *got;
    count++;
}

static void single_steps(void)
{
    uint32_t here;
    count = 0;
    on_signal(SIGUSR1, stepping, SA_SIGINFO);
    on_signal(SIGTRAP, stepping, SA_SIGINFO);
    __asm__ volatile("int $0x80\n"
                     "1: nop\n"
                     "2: nop\n"
                     "3: movl $1b, %0\n"
                     : "=S"(here)
                     : "a"(270), "b"(getpid()), "c"(gettid()), "d"(SIGUSR1)
                     : "memory");
    CHECK_IS(count, 3);
    CHECK_IS(steps[1], here + 1);
    CHECK_IS(steps[2], here + 2);
    CHECK_IS(info.si_code, TRAP_TRACE);
    CHECK_IS(info.si_addr, here + 2);
}

#endif

/* While a handler runs its own signal waits, unless SA_NODEFER lets it in. */
static volatile int depth, deepest;
static void nesting(int signal)
{
    depth++;
    deepest = depth > deepest ? depth : deepest;
    if (count++ < 2)
        raise(signal);
    depth--;
}

static void what_is_blocked(void)
{
    sigset_t set = SIGNAL_SET(SIGUSR1), old;
    count = deepest = 0;
    on_signal(SIGUSR1, nesting, 0);
    raise(SIGUSR1);
    CHECK_IS(count, 3);
    CHECK_IS(deepest, 1);
    count = deepest = 0;
    on_signal(SIGUSR1, nesting, SA_NODEFER);
    raise(SIGUSR1);
    CHECK_IS(count, 3);
    CHECK_IS(deepest, 3);

    count = 0;
    on_signal(SIGUSR1, counting, 0);
    on_signal(34, counting, 0);
    set |= SIGNAL_SET(34) | SIGNAL_SET(SIGKILL);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < 3; i++) {
        raise(SIGUSR1);
        raise(34);
    }
    CHECK_IS(count, 0);
    sigprocmask(SIG_SETMASK, NULL, &old);
    CHECK(old == (SIGNAL_SET(SIGUSR1) | SIGNAL_SET(34))); /* SIGKILL cannot be blocked */
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    CHECK_IS(count, 1 + 3); /* only from 32 up are they counted */
}

static void faulting(void)
{
    read_at(0x30);
}

static void with_sigsegv_blocked(void)
{
    on_signal(SIGSEGV, counting, 0);
    sigprocmask(SIG_SETMASK, &(sigset_t){SIGNAL_SET(SIGSEGV)}, NULL);
    faulting();
}

static void with_sigsegv_ignored(void)
{
    on_signal(SIGSEGV, (void *)SIG_IGN, 0);
    faulting();
}

static void with_a_handler_that_faults(void)
{
    on_signal(SIGSEGV, faulting, 0);
    faulting();
}

static void without_a_stack(int signal, int handled)
{
    on_signal(handled, counting, 0);
#ifdef __x86_64__
    __asm__ volatile("movl $0x1000, %%esp\n"
                     "syscall\n"
                     "movl $60, %%eax\n"
                     "movl $98, %%edi\n"
                     "syscall\n"
                     :
                     : "a"(SYS_kill), "D"(getpid()), "S"(signal));
#else
    __asm__ volatile("movl $0x1000, %%esp\n"
                     "int $0x80\n"
                     "movl $1, %%eax\n"
                     "movl $98, %%ebx\n"
                     "int $0x80\n"
                     :
                     : "a"(37), "b"(getpid()), "c"(signal));
#endif
}
static void usr1_without_a_stack(void)
{
    without_a_stack(SIGUSR1, SIGUSR1);
}
static void segv_without_a_stack(void)
{
    without_a_stack(SIGSEGV, SIGSEGV);
}

/* No frame can be written: not a loop, but the end. */
static void what_cannot_be_delivered_kills(void)
{
    watch_faults(2);
    on_signal(SIGSEGV, (void *)SIG_DFL, 0);
    CHECK_IS(status_of(faulting), SIGSEGV);
    CHECK_IS(status_of(with_sigsegv_blocked), SIGSEGV);
    CHECK_IS(status_of(with_sigsegv_ignored), SIGSEGV);
    CHECK_IS(status_of(with_a_handler_that_faults), SIGSEGV);
    CHECK_IS(status_of(usr1_without_a_stack), SIGSEGV);
    CHECK_IS(status_of(segv_without_a_stack), SIGSEGV);
}

static char other_stack[4 * PAGE];
static void on_the_other_stack(int signal)
{
    struct sigaltstack now;
    sigaltstack(NULL, &now);
    bool inside = (char *)&signal > other_stack && (char *)&signal < other_stack + sizeof other_stack;
    exit(inside && now.flags == SS_ONSTACK && sigaltstack(&now, NULL) == -1 && errno == EPERM ? 55 : 1);
}

static void overflowing(void)
{
    struct sigaltstack stack = {(unsigned long)other_stack, 0, sizeof other_stack};
    if (sigaltstack(&stack, NULL) || on_signal(SIGSEGV, on_the_other_stack, SA_ONSTACK))
        exit(2);
    __asm__ volatile("1: push $0\njmp 1b\n");
}

static void a_stack_for_handlers(void)
{
    struct sigaltstack stack = {(unsigned long)other_stack, 0, 100};
    CHECK_IS(sigaltstack(&stack, NULL), -1);
    CHECK_IS(errno, ENOMEM);
    stack.flags = 8;
    CHECK_IS(sigaltstack(&stack, NULL), -1);
    CHECK_IS(errno, EINVAL);
    CHECK_IS(sigaltstack(NULL, &stack), 0);
    CHECK_IS(stack.flags, SS_DISABLE);
    CHECK_IS(status_of(overflowing), 55 << 8);
}

/* What sigreturn takes back is the program's word; the kernel's rights are not among it. */
static uintptr_t which_register;
static uint32_t new_value;
static void changing(int signal, struct siginfo *got, struct ucontext *at)
{
    (void)signal, (void)got;
    *(uint32_t *)((char *)&at->registers + which_register) = new_value;
}

static void change(uintptr_t offset, uint32_t value)
{
    which_register = offset;
    new_value = value;
    on_signal(SIGUSR1, changing, SA_SIGINFO);
    raise(SIGUSR1);
}
static void code_segment_that_is_none(void)
{
    change(offsetof(struct sigcontext, cs), 0x53);
}
static void code_segment_of_the_kernel(void)
{
    change(offsetof(struct sigcontext, cs), 0x10);
}
static void stack_segment_that_is_code(void)
{
    change(offsetof(struct sigcontext, ss), 0x23);
}
#ifndef __x86_64__ /* where the frame has no say in data segments */
static void data_segment_that_is_none(void)
{
    change(offsetof(struct sigcontext, fs), 0xFFF3);
    uint32_t fs;
    __asm__("movl %%fs, %0" : "=r"(fs));
    exit((fs & 0xFFFF) == 0 ? 44 : 1);
}
#endif

static void more_rights(void)
{
    uintptr_t flags;
    change(offsetof(struct sigcontext, eflags), 0x00233001); /* IOPL 3, VM, RF, no IF, CF */
    __asm__("pushf\npop %0" : "=r"(flags));
    exit((flags & 0x00033200) == 0x200 ? 43 : 1);
}
static void sigreturn_out_of_nowhere(void)
{
#ifdef __x86_64__
    __asm__ volatile("movl $0x2000, %%esp\nsyscall" : : "a"(SYS_rt_sigreturn));
#else
    __asm__ volatile("movl $0x2000, %%esp\nint $0x80" : : "a"(119));
#endif
}

static void sigreturn_is_checked(void)
{
    CHECK_IS(status_of(code_segment_that_is_none), SIGSEGV);
    CHECK_IS(status_of(code_segment_of_the_kernel), SIGSEGV);
    CHECK_IS(status_of(stack_segment_that_is_code), SIGSEGV);
#ifndef __x86_64__
    CHECK_IS(status_of(data_segment_that_is_none), 44 << 8);
#endif
    CHECK_IS(status_of(more_rights), 43 << 8);
    CHECK_IS(status_of(sigreturn_out_of_nowhere), SIGSEGV);
}

int main(void)
{
    a_handler_runs_once();
    arguments_of_the_calls();
#ifndef __x86_64__
    the_frame();
#endif
    segmentation_faults();
    other_faults();
#ifndef __x86_64__
    single_steps();
#endif
    what_is_blocked();
    what_cannot_be_delivered_kills();
    a_stack_for_handlers();
    sigreturn_is_checked();
    return checked();
}
