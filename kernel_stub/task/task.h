/* Tasks: what the scheduler runs. Each is a thread of control with a kernel stack of its own.
   Tasks that were made by clone(CLONE_THREAD) form a group, which is what a program calls a
   process: its number is that of the group's first task, the leader. */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#define TASK_WORK 0 /* offset of `work`, for entry.S */

#ifndef __ASSEMBLER__
#include "regs.h"
#include "segments.h"
#include "layout.h"
#include "task/signal.h"

struct mm;
struct files;

enum task_state {
    TASK_RUNNING,         /* runs, or would if it had the CPU */
    TASK_INTERRUPTIBLE,   /* waits for an event or a signal */
    TASK_UNINTERRUPTIBLE, /* waits for an event and nothing else */
    TASK_STOPPED,         /* by a signal, until SIGCONT; or for its tracer */
    TASK_ZOMBIE,          /* over; its status waits for the parent */
    TASK_DEAD,            /* over; whoever gets the CPU next frees it */
};

/* What a task must see to before it goes back to its program. */
#define WORK_SCHEDULE 1u /* another task's turn */
#define WORK_SIGNAL 2u   /* a signal is pending, or its group ends or stops */

/* An event that tasks wait for. Its address is what they wait on. */
struct wait_queue {
    unsigned wakes; /* how often it happened, for whoever looks at it in a debugger */
};

/* What the CPU told of a fault, for the handler's frame. */
struct fault {
    word trap_number, error_code, cr2;
};

struct task {
    unsigned work; /* WORK_*; entry.S looks at it */
    enum task_state state;
    struct task *next; /* of all tasks, in the order of their making */

    int pid;             /* gettid */
    struct task *leader; /* of its group; getpid is the leader's pid */
    struct task *parent; /* a leader, or NULL */
    char name[32];
    unsigned uid, euid;

    /* Threads share these; each counts its users. NULL once the task is over. */
    struct mm *mm;
    struct files *files;
    struct sighand *sighand;

    void *stack; /* its kernel stack, KERNEL_STACK_SIZE bytes, aligned to as much */
    word sp;     /* where switch_stacks left it */
    word addr_limit; /* the first address its system calls may not name */

    sigset_t blocked;
    struct pending_signals pending, group_pending; /* to it; of a leader, to its group */
    struct sigaltstack altstack;
    struct fault fault;  /* its last one */
    uint64_t tls[TLS_COUNT]; /* its slots of the GDT */
#ifdef __x86_64__
    word fs_base, gs_base; /* the program's: what FS and GS add to an address, if their selectors are null */
    uint16_t ds, es, fs, gs; /* as they were when it ran last */
#endif
    word debug[8];       /* its debug registers, as it or its tracer set them */

    struct task *tracer; /* a leader, or NULL */
    bool traced_stop;    /* it has stopped for its tracer */
    int resume_signal;   /* what the tracer made of the signal */

    const struct wait_queue *waits_on;
    uint64_t wake_at; /* by the timer's clock; 0: it does not wait for a time */

    /* How it ends: a wait status, and the signal that tells the parent. The group's, once every
       thread is gone, are the leader's. */
    unsigned status;
    int exit_signal;
    bool group_exits;     /* of a leader: all threads must go, with its status */
    int group_stop;       /* of a leader: the signal for which all its threads stop, or 0 */
    unsigned stop_status; /* a wait status for whoever waits: of a leader whose group has stopped, of
                             a task that stopped for its tracer; or 0 */
    unsigned threads;     /* of a leader: tasks of its group that are not over */
    bool must_exit;       /* this thread alone */
    struct wait_queue threads_changed;  /* of a leader: one of its threads is over */
    struct wait_queue children_changed; /* of a leader: one of its children is over */
    int *set_child_tid, *clear_child_tid; /* user addresses, see abi/sched.h */
};
_Static_assert(offsetof(struct task, work) == TASK_WORK, "entry.S");

#define MAX_TASKS 64

extern struct task *current; /* whose kernel stack this is; NULL while the kernel boots */
extern struct task *tasks;   /* the first one, pid 1 */
#define for_each_task(t) for (struct task *t = tasks; t; t = t->next)

ALWAYS_INLINE bool is_over(const struct task *task)
{
    return task->state == TASK_ZOMBIE || task->state == TASK_DEAD;
}

/* Is all of a process over, and nobody has asked for its status yet? */
ALWAYS_INLINE bool is_zombie(const struct task *leader)
{
    return leader->state == TASK_ZOMBIE && leader->threads == 0;
}

/* The registers with which a task entered the kernel from user mode. */
ALWAYS_INLINE struct regs *regs_of(const struct task *task)
{
    return (struct regs *)((word)task->stack + KERNEL_STACK_SIZE - sizeof(struct regs));
}
ALWAYS_INLINE struct regs *user_regs(void)
{
    return regs_of(current);
}

/* task.c */
struct task *task_new(void); /* NULL: too many, or no memory */
void task_free(struct task *task);
void task_begin_at(struct task *task, void (*function)(void));
struct task *find_task(int pid);
struct task *find_process(int pid);                      /* its leader, not over */
void trace_process(const struct task *task, bool gone);

/* exit.c */
void notify_parent(struct task *leader, int code, int status); /* code: CLD_* */
void notify_of_end(struct task *leader);
void notify_tracer(struct task *task, int signal);
void task_exit(unsigned status) __attribute__((noreturn));  /* this thread; a wait status */
void group_exit(unsigned status) __attribute__((noreturn)); /* its whole group */

#endif
#endif
