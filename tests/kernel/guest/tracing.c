/* ptrace: a parent that looks into its child, changes it, steps it and lets it go; and what is
   refused. */
#include "check.h"

#ifdef __x86_64__ /* by i386's names */
#define esi rsi
#define eip rip
#define esp rsp
#define orig_eax orig_rax
#define USER_CS 0x33
#else
#define USER_CS 0x23
#endif

static volatile uint32_t word = 0x11223344;
static volatile int flag;

/* Make a child that stops for us before it runs `function`. */
static int traced(void (*function)(void))
{
    int status, pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        function();
        exit(flag ? 50 : 40);
    }
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, SIGSTOP << 8 | 0x7F);
    return pid;
}

static int next_status(int pid)
{
    int status = -1;
    CHECK_IS(waitpid(pid, &status, 0), pid);
    return status;
}

#define STOPPED(signal) ((signal) << 8 | 0x7F)
#define EXITED(code) ((code) << 8)

static void nothing(void)
{
}

static unsigned long register_of(int pid, unsigned long offset)
{
    return (unsigned long)ptrace(PTRACE_PEEKUSER, pid, offset, 0);
}
#define REGISTER(pid, name) register_of(pid, offsetof(struct user_regs, name))

/* ---- memory ---- */

static void memory(void)
{
    static const char text[] = "read-only";
    int pid = traced(nothing);
    CHECK_IS(ptrace(PTRACE_PEEKDATA, pid, (unsigned long)&word, 0), 0x11223344);
    CHECK_IS(ptrace(PTRACE_PEEKTEXT, pid, (unsigned long)&word + 1, 0) & 0xFFFFFF, 0x112233);
    CHECK_IS(ptrace(PTRACE_POKEDATA, pid, (unsigned long)&word, 5), 0);
    CHECK_IS(ptrace(PTRACE_PEEKDATA, pid, (unsigned long)&word, 0), 5);
    CHECK_IS(word, 0x11223344); /* ours is another page by now */
    CHECK_IS(ptrace(PTRACE_POKETEXT, pid, (unsigned long)text, 0x64616572), 0); /* by force */
    CHECK_IS(ptrace(PTRACE_POKEDATA, pid, (unsigned long)&flag, 1), 0);
    CHECK_IS(strcmp(text, "read-only"), 0);
    CHECK_IS(ptrace(PTRACE_PEEKDATA, pid, 0x10, 0), -1);
    CHECK_IS(errno, EIO);
    CHECK_IS(ptrace(PTRACE_POKEDATA, pid, 0x10, 0), -1);
    CHECK_IS(errno, EIO);
    CHECK_IS(ptrace(PTRACE_PEEKDATA, pid, stat_now().task_size - 2, 0), -1);
    CHECK_IS(errno, EIO);
    CHECK_IS(raw_call(SYS_ptrace, PTRACE_PEEKDATA, pid, (long)&word), -EFAULT); /* where to is 0 or rubbish */
    CHECK_IS(ptrace(PTRACE_CONT, pid, 0, 0), 0);
    CHECK_IS(next_status(pid), EXITED(50));
}

/* ---- registers ---- */

static void three_instructions(void)
{
    __asm__ volatile("movl $0x77, %%esi\n"
                     "int3\n"
                     "cmpl $0x78, %%esi\n"
                     "sete %0\n"
                     : "=m"(*(char *)&flag)
                     :
                     : "esi");
}

static void registers(void)
{
    struct user_regs all;
    int pid = traced(three_instructions);
    CHECK_IS(ptrace(PTRACE_CONT, pid, 0, 0), 0);
    CHECK_IS(next_status(pid), STOPPED(SIGTRAP));
    CHECK_IS(REGISTER(pid, esi), 0x77);
    CHECK_IS(REGISTER(pid, cs), USER_CS);
    CHECK_IS(REGISTER(pid, ss), 0x2B);
    CHECK_IS(REGISTER(pid, orig_eax), -1); /* not a system call */
    CHECK_IS(ptrace(PTRACE_GETREGS, pid, 0, (unsigned long)&all), 0);
    CHECK_IS(all.esi, 0x77);
    CHECK_IS(all.eip, REGISTER(pid, eip));
    CHECK_IS(all.esp, REGISTER(pid, esp));
    CHECK_IS(*(uint8_t *)(all.eip - 1), 0xCC);
    CHECK_IS(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs, esi), 0x78), 0);
    CHECK_IS(ptrace(PTRACE_GETREGS, pid, 0, 0x10), -1);
    CHECK_IS(errno, EFAULT);

    static const struct {
        unsigned long offset, value;
    } refused[] = {
        {offsetof(struct user_regs, cs), 0x10},  {offsetof(struct user_regs, cs), 0},
        {offsetof(struct user_regs, ss), 0x18},  {offsetof(struct user_regs, ds), 0x18},
        {offsetof(struct user_regs, gs), 0x81},  {3, 0},
        {sizeof all, 0},                         {USER_SIZE, 0},
        {-4ul, 0},
    };
    for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        CHECK_IS(ptrace(PTRACE_POKEUSER, pid, refused[i].offset, refused[i].value), -1);
        CHECK_IS(errno, EIO);
    }
    CHECK_IS(ptrace(PTRACE_PEEKUSER, pid, 2, 0), -1);
    CHECK_IS(errno, EIO);
    CHECK_IS(ptrace(PTRACE_PEEKUSER, pid, USER_SIZE, 0), -1);
    CHECK_IS(ptrace(PTRACE_PEEKUSER, pid, sizeof all, 0), 0); /* there, but nothing is known of it */
    CHECK_IS(errno, 0);
    CHECK_IS(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs, eflags), 0xFFFFFFFF), 0);
    CHECK_IS(REGISTER(pid, eflags) & 0x00023200, 0x200); /* no IOPL, no VM86, and IF stays */
    CHECK_IS(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs, eflags), 0), 0);
    CHECK_IS(ptrace(PTRACE_CONT, pid, 0, 0), 0);
    CHECK_IS(next_status(pid), EXITED(50));
}

/* ---- going on ---- */

__asm__(".text\nmany_instructions: nop\nnop\nmovl $2, %ecx\n1: loop 1b\nmovl $1, flag\nret\n");
void many_instructions(void);

static void stepping(void)
{
    int pid = traced(many_instructions), status = 0;
    unsigned long eip = 0, first = (unsigned long)many_instructions;
    for (int steps = 0; eip != first && steps < 2000; steps++) {
        ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
        status = next_status(pid);
        eip = REGISTER(pid, eip);
    }
    static const uint8_t behind[] = {0, 1, 2, 7, 7, 9, sizeof(long) == 8 ? 20 : 19}; /* LOOP goes to itself once */
    for (unsigned i = 0; i < sizeof behind; i++) {
        CHECK_IS(status, STOPPED(SIGTRAP));
        CHECK_IS(REGISTER(pid, eip) - first, behind[i]);
        ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
        status = next_status(pid);
    }
    CHECK_IS(ptrace(PTRACE_CONT, pid, 0, 0), 0);
    CHECK_IS(next_status(pid), EXITED(50)); /* without one more stop */
}

static volatile int caught;
static void catching(int signal)
{
    caught = signal;
}
static void signalling(void)
{
    on_signal(SIGUSR1, catching, 0);
    on_signal(SIGUSR2, catching, 0);
    raise(SIGUSR1);
    flag = caught == 0;
    raise(SIGUSR1);
    flag = flag && caught == SIGUSR2;
    raise(SIGUSR1);
    flag = flag && caught == SIGUSR1;
}

/* Every signal stops the child first; the tracer swallows it, changes it, or lets it through. */
static void signals(void)
{
    static const int instead[] = {0, SIGUSR2, SIGUSR1};
    int pid = traced(signalling);
    for (int i = 0; i < 3; i++) {
        ptrace(PTRACE_CONT, pid, 0, i == 0 ? 0 : (unsigned long)instead[i - 1]);
        CHECK_IS(next_status(pid), STOPPED(SIGUSR1));
    }
    CHECK_IS(ptrace(PTRACE_CONT, pid, 0, 65), -1);
    CHECK_IS(errno, EIO);
    ptrace(PTRACE_CONT, pid, 0, SIGUSR1);
    CHECK_IS(next_status(pid), EXITED(50));
}

static void faulting(void)
{
    *(volatile int *)0x50 = 1;
}

static void ends(void)
{
    int pid = traced(faulting);
    ptrace(PTRACE_CONT, pid, 0, 0);
    CHECK_IS(next_status(pid), STOPPED(SIGSEGV));
    ptrace(PTRACE_CONT, pid, 0, SIGSEGV);
    CHECK_IS(next_status(pid), SIGSEGV);
    pid = traced(nothing);
    CHECK_IS(ptrace(PTRACE_KILL, pid, 0, 0), 0);
    CHECK_IS(next_status(pid), SIGKILL);
    pid = traced(nothing);
    kill(pid, SIGCONT); /* only the tracer makes it go on */
    CHECK_IS(waitpid(pid, NULL, WNOHANG), 0);
    kill(pid, SIGKILL);
    CHECK_IS(next_status(pid), SIGKILL);
    pid = traced(nothing);
    CHECK_IS(ptrace(PTRACE_DETACH, pid, 0, 0), 0);
    CHECK_IS(ptrace(PTRACE_PEEKDATA, pid, (unsigned long)&word, 0), -1);
    CHECK_IS(errno, ESRCH);
    CHECK_IS(next_status(pid), EXITED(40));
}

static void looping(void)
{
    while (!flag)
        ;
}

static void attaching(void)
{
    int status, pid = fork();
    if (pid == 0) {
        looping();
        exit(60);
    }
    CHECK_IS(ptrace(PTRACE_PEEKDATA, pid, (unsigned long)&word, 0), -1);
    CHECK_IS(errno, ESRCH); /* not traced */
    CHECK_IS(ptrace(PTRACE_ATTACH, pid, 0, 0), 0);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, STOPPED(SIGSTOP));
    CHECK_IS(ptrace(PTRACE_ATTACH, pid, 0, 0), -1);
    CHECK_IS(errno, EPERM);
    CHECK_IS(ptrace(PTRACE_POKEDATA, pid, (unsigned long)&flag, 1), 0);
    CHECK_IS(ptrace(PTRACE_DETACH, pid, 0, 0), 0);
    CHECK_IS(next_status(pid), EXITED(60));
}

/* A tracer that is not the parent: the parent still learns of the end, after the tracer. */
static void a_stranger(void)
{
    volatile int *shared = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int target = fork();
    if (target == 0) {
        while (!*shared)
            ;
        exit(61);
    }
    int stranger = fork(), status;
    if (stranger == 0) {
        bool ok = ptrace(PTRACE_ATTACH, target, 0, 0) == 0 && waitpid(target, &status, 0) == target &&
                  status == STOPPED(SIGSTOP);
        *shared = 1;
        ok = ok && ptrace(PTRACE_CONT, target, 0, 0) == 0;
        ok = ok && waitpid(target, &status, 0) == target && status == EXITED(61);
        exit(ok ? 62 : 1);
    }
    CHECK_IS(waitpid(target, &status, 0), target);
    CHECK_IS(status, EXITED(61));
    CHECK_IS(waitpid(stranger, &status, 0), stranger);
    CHECK_IS(status, EXITED(62));

    *shared = 0; /* and a tracer that goes without a word lets its tracee go on */
    target = fork();
    if (target == 0) {
        while (!*shared)
            ;
        exit(63);
    }
    if (fork() == 0) {
        ptrace(PTRACE_ATTACH, target, 0, 0);
        waitpid(target, NULL, 0);
        exit(0);
    }
    CHECK(waitpid(-1, &status, 0) != target);
    CHECK_IS(status, 0);
    *shared = 1;
    CHECK_IS(next_status(target), EXITED(63));
}

static void refusals(void)
{
    CHECK_IS(ptrace(PTRACE_TRACEME, 0, 0, 0), -1); /* pid 1 has no parent */
    CHECK_IS(errno, EPERM);
    CHECK_IS(ptrace(PTRACE_ATTACH, getpid(), 0, 0), -1);
    CHECK_IS(errno, EPERM);
    CHECK_IS(ptrace(PTRACE_ATTACH, 29999, 0, 0), -1);
    CHECK_IS(errno, ESRCH);
    int pid = traced(nothing), status;
    CHECK_IS(ptrace(5000, pid, 0, 0), -1);
    CHECK_IS(errno, EIO);
    ptrace(PTRACE_CONT, pid, 0, 0);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    if ((pid = fork()) == 0) { /* the parent is pid 1: not to be messed with */
        bool ok = ptrace(PTRACE_ATTACH, 1, 0, 0) == -1 && errno == EPERM;
        ok = ok && ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 && ptrace(PTRACE_TRACEME, 0, 0, 0) == -1;
        exit(ok && errno == EPERM ? 64 : 1);
    }
    CHECK_IS(next_status(pid), EXITED(64));
}

int main(void)
{
    memory();
    registers();
    stepping();
    signals();
    ends();
    attaching();
    a_stranger();
    refusals();
    return checked();
}
