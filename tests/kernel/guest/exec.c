/* exec: what a new program finds, what the old one keeps when it fails, and what is gone. The program
   runs itself again; its first argument says as what. */
#include "check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *self;
static char *const empty[] = {NULL};

static int run(char *const *argv, char *const *envp)
{
    int status = -1, pid = fork();
    if (pid == 0) {
        execve(self, argv, envp);
        exit(120);
    }
    waitpid(pid, &status, 0);
    return status;
}

/* ---- what the new program looks at ---- */

static int as_listener(int argc, char **argv, char **envp)
{
    static const char *const expected[] = {"two words", "", "last"};
    bool ok = argc == 5 && argv[5] == NULL;
    for (unsigned i = 0; ok && i < COUNT(expected); i++)
        ok = strcmp(argv[2 + i], expected[i]) == 0;
    ok = ok && strcmp(envp[0], "HOME=/") == 0 && strcmp(envp[1], "EMPTY=") == 0 && envp[2] == NULL;
    ok = ok && envp == argv + argc + 1 && (uintptr_t)argv % 16 == sizeof(long);
    return ok ? 11 : 1;
}

static int as_bearer(int argc, char **argv)
{
    unsigned long length = 0;
    for (int i = 0; i < argc; i++)
        length += strlen(argv[i]);
    return argc == 12 && length > 39000 && argv[11][3998] == 'z' ? 12 : 1;
}

enum { AT_NULL = 0, AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6, AT_BASE = 7, AT_ENTRY = 9 };
static unsigned long auxiliary(char **envp, unsigned long wanted)
{
    while (*envp)
        envp++;
    for (unsigned long *pair = (unsigned long *)(envp + 1); pair[0] != AT_NULL; pair += 2)
        if (pair[0] == wanted)
            return pair[1];
    return 0xBAD;
}

void _start(void);
static int as_reader_of_the_vector(char **envp)
{
    bool ok = auxiliary(envp, AT_PAGESZ) == PAGE && auxiliary(envp, AT_PHENT) == (sizeof(long) == 8 ? 56 : 32) &&
              auxiliary(envp, AT_PHNUM) == 3 && auxiliary(envp, AT_BASE) == 0 &&
              auxiliary(envp, AT_ENTRY) == (unsigned long)_start && auxiliary(envp, 99) == 0xBAD;
    return ok ? 13 : 1;
}

static volatile int initialised = 5, zeroed;
static int as_heir(char **argv)
{
    sigset_t mask;
    struct sigaction user1, user2;
    struct sigaltstack stack;
    char *heap = sbrk(0);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    sigaction(SIGUSR1, NULL, &user1);
    sigaction(SIGUSR2, NULL, &user2);
    sigaltstack(NULL, &stack);
    bool signals = mask == SIGNAL_SET(SIGTERM) && user1.handler == SIG_DFL && user1.flags == 0 &&
                   user2.handler == SIG_IGN && stack.flags == SS_DISABLE;
    bool same = strlen(argv[2]) == 1 && argv[2][0] == (char)('0' + getpid() % 10) && getppid() == 1;
    bool fresh = initialised == 5 && zeroed == 0 && lab_peek((void *)0x20000000, 1, LAB_COPY) == 1 &&
                 lab_peek(heap, 1, LAB_COPY) == 1;
    uint32_t fs;
    __asm__("movl %%fs, %0" : "=r"(fs));
    sigprocmask(SIG_SETMASK, &(sigset_t){0}, NULL); /* what was pending still is: this kills */
    return signals && same && fresh && fs == 0 ? 14 : 1;
}

/* ---- what the parent looks at ---- */

static void arguments(void)
{
    char *listener[] = {self, "listen", "two words", "", "last", NULL};
    char *environment[] = {"HOME=/", "EMPTY=", NULL};
    CHECK_IS(run(listener, environment), 11 << 8);

    static char big[4000];
    char *bearer[13] = {self, "bear"};
    memset(big, 'z', sizeof big - 1);
    for (int i = 2; i < 12; i++)
        bearer[i] = big;
    CHECK_IS(run(bearer, empty), 12 << 8);
    char *reader[] = {self, "vector", NULL};
    CHECK_IS(run(reader, empty), 13 << 8);
    CHECK_IS(run(reader, NULL), 13 << 8); /* no environment is an empty one */
}

static void testament(void)
{
    char digit[2] = "?", *heir[] = {self, "inherit", digit, NULL};
    static char stack[4 * PAGE];
    int status = -1, pid = fork();
    if (pid == 0) {
        digit[0] = (char)('0' + getpid() % 10);
        map_at(0x20000000, PAGE, READ_WRITE)[0] = 1;
        sbrk(PAGE);
        initialised = zeroed = 9;
        on_signal(SIGUSR1, checked, SA_RESTART);
        on_signal(SIGUSR2, (void *)SIG_IGN, 0);
        sigaltstack(&(struct sigaltstack){(unsigned long)stack, 0, sizeof stack}, NULL);
        sigprocmask(SIG_SETMASK, &(sigset_t){SIGNAL_SET(SIGTERM)}, NULL);
        __asm__ volatile("movl %0, %%fs" : : "r"(0x2B));
        execve(self, heir, empty);
        exit(120);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, 14 << 8);
    pid = fork();
    if (pid == 0) {
        digit[0] = (char)('0' + getpid() % 10);
        sigprocmask(SIG_SETMASK, &(sigset_t){SIGNAL_SET(SIGTERM)}, NULL);
        raise(SIGTERM);
        execve(self, heir, empty);
    }
    waitpid(pid, &status, 0);
    CHECK_IS(status, SIGTERM);
}

static void failures(void)
{
    char *plain[] = {self, "listen", NULL}, *bad[] = {self, (char *)0x10, NULL};
    static char long_path[400], long_string[5000], *many[3000];
    memset(long_path, 'x', sizeof long_path - 1);
    memset(long_string, 'y', sizeof long_string - 1);
    for (unsigned i = 0; i < COUNT(many) - 1; i++)
        many[i] = long_string + 4900; /* 99 bytes, 3000 times */
    long free = (long)stat_now().frames_free;
    CHECK_IS(raw_call(SYS_execve, (long)"nowhere", (long)plain, 0), -ENOENT);
    CHECK_IS(raw_call(SYS_execve, (long)"", (long)plain, 0), -ENOENT);
    CHECK_IS(raw_call(SYS_execve, 0x10, (long)plain, 0), -EFAULT);
    CHECK_IS(raw_call(SYS_execve, (long)long_path, (long)plain, 0), -ENAMETOOLONG);
    CHECK_IS(raw_call(SYS_execve, (long)self, 0x10, 0), -EFAULT);
    CHECK_IS(raw_call(SYS_execve, (long)self, (long)bad, 0), -EFAULT);
    CHECK_IS(raw_call(SYS_execve, (long)self, (long)plain, 0x10), -EFAULT);
    bad[1] = long_string;
    CHECK_IS(raw_call(SYS_execve, (long)self, (long)bad, 0), -E2BIG);
    CHECK_IS(raw_call(SYS_execve, (long)self, (long)many, 0), -E2BIG);
    CHECK_IS(stat_now().frames_free, free);
}

static void nothing_is_lost(void)
{
    char *reader[] = {self, "vector", NULL};
    run(reader, empty);
    long before = (long)stat_now().frames_free;
    for (int i = 0; i < 5; i++)
        CHECK_IS(run(reader, empty), 13 << 8);
    CHECK_IS(stat_now().frames_free, before);
}

int main(int argc, char **argv, char **envp)
{
    self = argv[0];
    if (argc > 1 && strcmp(argv[1], "listen") == 0)
        return as_listener(argc, argv, envp);
    if (argc > 1 && strcmp(argv[1], "bear") == 0)
        return as_bearer(argc, argv);
    if (argc > 1 && strcmp(argv[1], "vector") == 0)
        return as_reader_of_the_vector(envp);
    if (argc > 1 && strcmp(argv[1], "inherit") == 0)
        return as_heir(argv);
    arguments();
    testament();
    failures();
    nothing_is_lost();
    return checked();
}
