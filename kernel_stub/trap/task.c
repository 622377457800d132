/* Processes: how one begins to run and how it ends. */
#include "trap/task.h"

#include "abi/ports.h"
#include "drivers/console.h"
#include "mm/mm.h"
#include "split/split.h"
#include "trap/tracepoint.h"

struct task *current;
static int last_pid;

struct task *task_new(const char *name)
{
    struct task *task = kmalloc(sizeof *task);
    if (!task)
        return NULL;
    task->stack = stack_alloc();
    task->mm = mm_new();
    if (!task->stack || !task->mm)
        return NULL; /* at boot, where this is the end: nothing to undo */
    task->pid = ++last_pid;
    task->addr_limit = TASK_SIZE;
    format(task->name, sizeof task->name, "%s", name);
    trace(TP_PROCESS, (word)task->pid, (word)task->name, strlen(task->name), (word)task->parent, 0);
    return task;
}

/* Leave the present stack for good and call function on the task's, with the task's memory. The
   room for the registers of the first step into user mode stays free at the top. */
void task_run(struct task *task, void (*function)(void))
{
    trace(TP_SCHED, current ? (word)current->pid : 0, (word)task->pid, 0, 0, 0);
    current = task;
    split_switch_to(task);
    call_on_stack(user_regs(), function);
}

/* Its memory goes back; the status is for whoever waits. Nobody waits for pid 1: the machine
   ends with it. */
void task_exit(unsigned status)
{
    split_leave_mm();
    mm_destroy(current->mm);
    trace(TP_PROCESS, (word)current->pid, (word)current->name, strlen(current->name),
          (word)current->parent, 1);
    power_off(POWER_EXITED | status);
}
