/* What is left of segments for a program of 64 bits: two registers that add a base to an address, FS and GS. The base is no part
   of a descriptor any more; the kernel sets it (arch_prctl, clone). A program of 32 bits under this kernel has slots of the GDT. */
#ifndef ARCH_USER_SEGMENTS_H
#define ARCH_USER_SEGMENTS_H

#include "segments.h"

struct mm;
struct task;
struct user_desc;

void user_segments_load(const struct task *next); /* with every switch of tasks */
void user_segments_save(struct task *task);       /* of the one that runs: what it has put into the registers */
void user_segments_reset(struct task *task, bool of_32_bits); /* exec */
void user_segments_inherit(struct task *child);               /* fork */
long thread_area_set(struct task *task, const struct user_desc *wish, struct user_desc *told);

bool ldt_copy(struct mm *to, const struct mm *from); /* fork; false: no memory */
void ldt_free(struct mm *mm);

#endif
