#include "drivers/pit.h"

#include "abi/ports.h"

/* Control words: counter 0, binary. */
#define LATCH 0x00    /* hold the count for the next two reads */
#define ONE_SHOT 0x30 /* low byte, then high byte; mode 0: at 0 the line goes up and stays up */

void pit_start(uint32_t ticks)
{
    outb(PORT_PIT_CONTROL, ONE_SHOT);
    outb(PORT_PIT_COUNTER0, (uint8_t)ticks);
    outb(PORT_PIT_COUNTER0, (uint8_t)(ticks >> 8));
}

/* The count goes on below 0, from FFFF. */
uint32_t pit_left(void)
{
    outb(PORT_PIT_CONTROL, LATCH);
    uint32_t low = inb(PORT_PIT_COUNTER0);
    return low | (uint32_t)inb(PORT_PIT_COUNTER0) << 8;
}
