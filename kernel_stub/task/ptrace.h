/* Tracing: a task that is traced stops for its tracer at every signal. The tracer is a process, that
   is, the leader of a group. */
#ifndef TASK_PTRACE_H
#define TASK_PTRACE_H

#include "task/task.h"

/* Stop for the tracer, if there is one, with a signal that the task is about to act on. The tracer may
   have made another one of it. False: it made nothing of it. */
bool ptrace_signal(struct signal_info *info);
void ptrace_stop(int signal);
void ptrace_release_all(const struct task *tracer); /* it is over: whom it traced goes on without it */

#endif
