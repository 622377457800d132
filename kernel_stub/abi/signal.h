/* Signals: numbers, flags and structures as the system calls have them; Linux's values. */
#ifndef RINGSIDE_ABI_SIGNAL_H
#define RINGSIDE_ABI_SIGNAL_H

#include <stdint.h>

enum {
    SIGHUP = 1, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV,
    SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN,
    SIGTTOU, SIGURG, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO, SIGPWR, SIGSYS
};
#define SIGNALS 64 /* 32 to 64 are queued, the others are pending once or not */

/* si_code */
enum { ILL_ILLOPN = 2, FPE_INTDIV = 1, SEGV_MAPERR = 1, SEGV_ACCERR = 2, BUS_ADRALN = 1, BUS_ADRERR = 2 };
enum { TRAP_BRKPT = 1, TRAP_TRACE = 2, TRAP_HWBKPT = 4 };
enum { CLD_EXITED = 1, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED, CLD_CONTINUED };
#define SI_USER 0    /* kill */
#define SI_TKILL (-6) /* tgkill */
#define SI_KERNEL 0x80

/* What a handler may be. */
#define SIG_DFL 0
#define SIG_IGN 1

#define SA_NOCLDSTOP 0x00000001u /* of SIGCHLD: not when a child stops */
#define SA_NOCLDWAIT 0x00000002u /* of SIGCHLD: children leave no zombie */
#define SA_SIGINFO 0x00000004u   /* three arguments */
#define SA_RESTORER 0x04000000u  /* the handler returns to `restorer` */
#define SA_ONSTACK 0x08000000u   /* on the alternate stack, if there is one */
#define SA_RESTART 0x10000000u   /* a system call that it interrupts begins again */
#define SA_NODEFER 0x40000000u   /* the signal itself is not blocked meanwhile */
#define SA_RESETHAND 0x80000000u /* once only */

/* rt_sigprocmask */
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

typedef uint64_t sigset_t; /* bit n - 1 is signal n */

/* rt_sigaction's, as the kernel has it. */
struct sigaction {
    unsigned long handler;
    unsigned long flags;
    unsigned long restorer;
    sigset_t mask;
};

/* sigaltstack */
struct sigaltstack {
    unsigned long sp;
    int flags;
    unsigned long size;
};
#define SS_ONSTACK 1
#define SS_DISABLE 2
#define MINSIGSTKSZ 2048

/* What a handler with SA_SIGINFO gets as its second argument: 128 bytes, of which a signal uses a few. */
struct siginfo {
    int si_signo, si_errno, si_code;
    union {
        int room[sizeof(long) == 8 ? 28 : 29];
        unsigned long si_addr; /* of faults */
        struct {
            int si_pid, si_uid; /* of kill, and of SIGCHLD */
            int si_status;      /* SIGCHLD: exit code or signal */
        };
    };
};

#endif
