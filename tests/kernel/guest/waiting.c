/* Sleeping and signals: what ends a wait early, what begins anew, stopping and going on, and what a
   parent hears of its children. */
#include "check.h"

static volatile int count;
static volatile struct siginfo info;
static void counting(int signal, struct siginfo *got, struct ucontext *at)
{
    (void)signal, (void)at;
    memcpy((void *)&info, got, sizeof info);
    count++;
}

static const struct timespec short_time = {0, 2000000}, long_time = {0, 20000000};

/* A child that lets the parent fall asleep, sends it a signal, and ends with 3. */
static int disturber(int signal)
{
    int pid = fork();
    if (pid == 0) {
        nanosleep(&short_time, NULL);
        kill(getppid(), signal);
        nanosleep(&short_time, NULL);
        exit(3);
    }
    return pid;
}

static void waits_end_early(void)
{
    int status = -1, pid;
    count = 0;
    on_signal(SIGUSR1, counting, SA_SIGINFO);
    pid = disturber(SIGUSR1);
    CHECK_IS(waitpid(pid, &status, 0), -1);
    CHECK_IS(errno, EINTR);
    CHECK_IS(count, 1);
    CHECK_IS(info.si_code, SI_USER);
    CHECK_IS(info.si_pid, pid);
    CHECK_IS(status, -1);
    CHECK_IS(waitpid(pid, &status, 0), pid);

    on_signal(SIGUSR1, counting, SA_SIGINFO | SA_RESTART);
    pid = disturber(SIGUSR1);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(count, 2);
    CHECK_IS(status, 3 << 8);

    struct timespec left = {9, 9};
    pid = disturber(SIGUSR1);
    CHECK_IS(nanosleep(&long_time, &left), -1); /* this one never begins anew */
    CHECK_IS(errno, EINTR);
    CHECK_IS(left.tv_sec, 0);
    CHECK(left.tv_nsec > 10000000 && left.tv_nsec < long_time.tv_nsec);
    CHECK_IS(wait(NULL), pid);
}

/* A signal that nobody would notice disturbs nobody. */
static void an_ignored_signal_ends_no_wait(void)
{
    int status, pid;
    on_signal(SIGUSR1, (void *)SIG_IGN, 0);
    pid = disturber(SIGUSR1);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    on_signal(SIGUSR1, (void *)SIG_DFL, 0);
    pid = disturber(SIGCHLD); /* ignored by default */
    CHECK_IS(waitpid(pid, &status, 0), pid);
}

static int sleeper(void)
{
    int pid = fork();
    if (pid == 0) {
        nanosleep(&long_time, NULL);
        exit(4);
    }
    return pid;
}

static void default_actions(void)
{
    static const int fatal[] = {SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGUSR1, SIGPIPE, SIGALRM,
                                SIGTERM, SIGIO, SIGSYS, 34, 64};
    static const int harmless[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH};
    int status;
    for (unsigned i = 0; i < sizeof fatal / sizeof fatal[0]; i++) {
        int pid = sleeper();
        kill(pid, fatal[i]);
        CHECK_IS(waitpid(pid, &status, 0), pid);
        CHECK_IS(status, fatal[i]); /* and no core file */
    }
    int pid = sleeper();
    for (unsigned i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        kill(pid, harmless[i]);
    CHECK_IS(waitpid(pid, &status, 0), pid);
    CHECK_IS(status, 4 << 8);
}

static void stopping(void)
{
    int status = -1, pid = sleeper();
    nanosleep(&short_time, NULL); /* until it sleeps */
    on_signal(SIGCHLD, counting, SA_SIGINFO);
    count = 0;
    kill(pid, SIGSTOP);
    while (waitpid(pid, &status, WUNTRACED) == -1)
        CHECK_IS(errno, EINTR); /* by our SIGCHLD */
    CHECK_IS(status, SIGSTOP << 8 | 0x7F);
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP && !WIFEXITED(status) &&
          !WIFSIGNALED(status));
    CHECK_IS(count, 1);
    CHECK_IS(info.si_code, CLD_STOPPED);
    CHECK_IS(info.si_pid, pid);
    CHECK_IS(info.si_status, SIGSTOP);
    CHECK_IS(waitpid(pid, &status, WUNTRACED | WNOHANG), 0); /* told once */
    nanosleep(&long_time, NULL);
    nanosleep(&long_time, NULL);
    CHECK_IS(waitpid(pid, &status, WNOHANG), 0); /* its time is over, but it stands still */
    kill(pid, SIGCONT);
    while (waitpid(pid, &status, 0) == -1)
        CHECK_IS(errno, EINTR);
    CHECK_IS(status, 4 << 8);
    CHECK_IS(count, 2);
    CHECK_IS(info.si_code, CLD_EXITED);
    CHECK_IS(info.si_status, 4);

    on_signal(SIGCHLD, counting, SA_SIGINFO | SA_NOCLDSTOP);
    pid = sleeper();
    kill(pid, SIGTSTP);
    CHECK_IS(waitpid(pid, &status, WUNTRACED), pid);
    CHECK_IS(count, 2);
    kill(pid, SIGKILL); /* ends even what is stopped */
    while (waitpid(pid, &status, 0) == -1)
        CHECK_IS(errno, EINTR);
    CHECK_IS(status, SIGKILL);
    CHECK_IS(info.si_code, CLD_KILLED);
    CHECK_IS(info.si_status, SIGKILL);
    on_signal(SIGCHLD, (void *)SIG_DFL, 0);
}

/* Whoever does not want to know of its children has no zombies. */
static void no_zombies(void)
{
    long before = 0;
    on_signal(SIGCHLD, (void *)SIG_IGN, 0);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5; i++)
            sleeper();
        CHECK_IS(wait(NULL), -1); /* returns when the last one is over */
        CHECK_IS(errno, ECHILD);
        if (round == 0) /* the kernel keeps the stacks that it had at once */
            before = (long)stat_now().frames_free;
    }
    on_signal(SIGCHLD, counting, SA_SIGINFO | SA_NOCLDWAIT);
    count = 0;
    sleeper();
    while (wait(NULL) != -1 || errno != ECHILD)
        ;
    CHECK_IS(count, 1);
    on_signal(SIGCHLD, (void *)SIG_DFL, 0);
    CHECK_IS(stat_now().frames_free, before);
}

/* To 0: everybody. To -1: everybody but pid 1 and oneself. */
static void to_many(void)
{
    int one = sleeper(), two = sleeper(), status;
    count = 0;
    on_signal(SIGUSR1, counting, SA_SIGINFO);
    CHECK_IS(kill(-1, SIGTERM), 0);
    CHECK_IS(waitpid(one, &status, 0), one);
    CHECK_IS(status, SIGTERM);
    CHECK_IS(waitpid(two, &status, 0), two);
    CHECK_IS(status, SIGTERM);
    CHECK_IS(kill(-1, SIGTERM), -1);
    CHECK_IS(errno, ESRCH);
    CHECK_IS(kill(0, SIGUSR1), 0);
    CHECK_IS(count, 1);
    CHECK_IS(kill(-7, SIGUSR1), -1);
    CHECK_IS(errno, ESRCH);
}

/* Handlers and mask are inherited; what is pending is not. */
static void inheritance(void)
{
    sigset_t set = SIGNAL_SET(SIGUSR1);
    int status;
    on_signal(SIGUSR1, counting, SA_SIGINFO);
    sigprocmask(SIG_SETMASK, &set, NULL);
    count = 0;
    raise(SIGUSR1);
    if (fork() == 0) {
        sigprocmask(SIG_SETMASK, &(sigset_t){0}, &set);
        int pending = count;
        raise(SIGUSR1);
        exit(pending == 0 && count == 1 && set == SIGNAL_SET(SIGUSR1) ? 0 : 1);
    }
    CHECK(wait(&status) > 0);
    CHECK_IS(status, 0);
    CHECK_IS(count, 0);
    sigprocmask(SIG_SETMASK, &(sigset_t){0}, NULL);
    CHECK_IS(count, 1);
}

int main(void)
{
    waits_end_early();
    an_ignored_signal_ends_no_wait();
    default_actions();
    stopping();
    no_zombies();
    to_many();
    inheritance();
    return checked();
}
