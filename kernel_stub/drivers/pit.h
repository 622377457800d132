/* The 8254 timer's counter 0, as an alarm clock: it runs down once and raises line 0. */
#ifndef DRIVERS_PIT_H
#define DRIVERS_PIT_H

#include "cpu.h"

#define PIT_HZ 1193182u    /* ticks of a second, on a PC */
/* Ticks of one alarm. Half of what the counter can count: so a count that has passed 0 and goes on
   from FFFF is told from one that has hardly begun. */
#define PIT_LONGEST 0x8000u

void pit_start(uint32_t ticks); /* 1 .. PIT_LONGEST; an alarm that is still running is forgotten */
uint32_t pit_left(void); /* ticks, of an alarm that was started; a number above that: it is over */

#endif
