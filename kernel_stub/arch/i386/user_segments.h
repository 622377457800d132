/* Descriptors that a program chose: three slots of the GDT for each thread, and a local descriptor
   table for each process that wants one. */
#ifndef ARCH_USER_SEGMENTS_H
#define ARCH_USER_SEGMENTS_H

#include "segments.h"

struct mm;
struct task;
struct user_desc;

void user_segments_load(const struct task *next); /* with every switch of tasks */
long thread_area_set(struct task *task, const struct user_desc *wish, struct user_desc *told);

bool ldt_copy(struct mm *to, const struct mm *from); /* fork; false: no memory */
void ldt_free(struct mm *mm);

#endif
