/* The list of all tasks, and how one is made and unmade. */
#include "task/task.h"

#include "mm/mm.h"
#include "task/sched.h"
#include "trap/tracepoint.h"

struct task *tasks;
static unsigned task_count;
static int last_pid;

static void link_last(struct task *task)
{
    struct task **link = &tasks;
    while (*link)
        link = &(*link)->next;
    *link = task;
}

/* A number that no task has. They come back only after all of them were used. */
static int new_pid(void)
{
    do
        last_pid = last_pid < 32767 ? last_pid + 1 : 2;
    while (find_task(last_pid));
    return last_pid;
}

/* A task with a kernel stack and nothing else, of a group of its own. It does not run before it
   is told where. */
struct task *task_new(void)
{
    struct task *task = task_count < MAX_TASKS ? kmalloc(sizeof *task) : NULL;
    if (!task)
        return NULL;
    task->stack = stack_alloc();
    if (!task->stack) {
        kfree(task);
        return NULL;
    }
    task->state = TASK_UNINTERRUPTIBLE;
    task->pid = new_pid();
    task->leader = task;
    task->threads = 1;
    task->addr_limit = TASK_SIZE;
    task_count++;
    link_last(task);
    return task;
}

void task_free(struct task *task)
{
    struct task **link = &tasks;
    while (*link != task)
        link = &(*link)->next;
    *link = task->next;
    task_count--;
    stack_free(task->stack);
    kfree(task);
}

/* Its first switch_stacks will return into function, with the registers of the first step into
   user mode above. */
void task_begin_at(struct task *task, void (*function)(void))
{
    struct regs *regs = regs_of(task);
    word *stack = (word *)regs;
    *--stack = (word)function;
    *--stack = 0;           /* EBP: the outermost frame */
    *--stack = regs->error; /* EBX: the number of the call that made it */
    *--stack = 0;           /* ESI */
    *--stack = 0;           /* EDI */
#ifdef __x86_64__           /* R12 and R13 instead, and two more */
    *--stack = 0;
    *--stack = 0;
#endif
    task->sp = (word)stack;
    task_wake(task);
}

struct task *find_task(int pid)
{
    for_each_task(task)
        if (task->pid == pid)
            return task;
    return NULL;
}

struct task *find_process(int pid)
{
    struct task *task = find_task(pid);
    return task && task->leader == task && !is_over(task) ? task : NULL;
}

void trace_process(const struct task *task, bool gone)
{
    int parent = task->leader != task ? task->leader->pid : task->parent ? task->parent->pid : 0;
    trace(TP_PROCESS, (word)task->pid, (word)task->name, strlen(task->name), (word)parent, gone);
}
