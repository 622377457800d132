/* What concerns the threads of one group. */
#ifndef TASK_THREADS_H
#define TASK_THREADS_H

#include "task/task.h"

/* The current thread becomes the only one of its group, and its leader, whatever it was: exec. False:
   another thread was first, and this one is to end. */
bool end_other_threads(void);

#endif
