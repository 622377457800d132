/* Time, as far as anybody waits for it. There is no periodic tick: the timer is set only while a
   second task wants to run or a sleeper waits, so a program that is alone is never interrupted.
   The unit is the timer's tick. */
#ifndef TASK_TIMER_H
#define TASK_TIMER_H

#include "cpu.h"

void timer_init(void);
void timer_set(void); /* for whoever wants to run or to wake next; interrupts are off */

#endif
