/* Signals: sent to a task or to its group, pending until the task is on its way back to its program,
   then acted on. */
#ifndef TASK_SIGNAL_H
#define TASK_SIGNAL_H

#include "abi/signal.h"
#include "regs.h"

struct task;

/* A system call that a signal interrupted and that may begin anew. A program never sees it. */
#define ERESTARTSYS 512

#define SIGNAL_BIT(signal) ((sigset_t)1 << ((signal)-1))
#define UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

/* What is known of a signal beside its number. */
struct signal_info {
    int signal, code;
    word address; /* of faults */
    int pid, uid; /* who sent it, or of SIGCHLD, whose end it tells */
    int status;   /* of SIGCHLD */
};

struct signal_queue {
    struct signal_queue *next;
    struct signal_info info;
};
struct pending_signals {
    sigset_t set;
    struct signal_queue *first;
};

/* The handlers, shared by the threads of a group. */
struct sighand {
    unsigned users;
    struct sigaction action[SIGNALS];
};

/* signal.c: sending */
struct sighand *sighand_copy(const struct sighand *from); /* NULL: all default */
void sighand_put(struct sighand *sighand);
void signal_send(struct task *task, const struct signal_info *info);
void signal_send_group(struct task *leader, const struct signal_info *info);
void signal_force(int signal, int code, word address); /* at the current task: a fault of its own */
void signal_forget(struct pending_signals *pending, sigset_t which);
void signal_update_work(struct task *task); /* after a change of what is blocked */
bool signal_take(struct signal_info *info); /* the next to act on; false: none */

/* deliver.c: acting */
void signal_deliver(struct regs *regs);
void stop_here(int signal, struct regs *regs);

/* arch/i386/signal_frame.c */
bool signal_push_frame(struct regs *regs, const struct sigaction *action,
                       const struct signal_info *info, sigset_t old_mask);

#endif
