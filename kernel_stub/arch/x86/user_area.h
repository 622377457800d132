/* A stopped task's registers as its tracer sees them: `struct user`, by byte offsets. */
#ifndef ARCH_USER_AREA_H
#define ARCH_USER_AREA_H

#include "abi/user.h"
#include "regs.h"

struct task;

long user_area_read(const struct task *task, word offset, word *value); /* 0 or -EIO */
long user_area_write(struct task *task, word offset, word value);
struct user_regs user_area_registers(const struct task *task);
void single_step(struct task *task, bool on);

#endif
