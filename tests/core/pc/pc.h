/* What the chip tests share: ports, words on the debug console, and two sources of interrupts that
   every machine has: the timer's line 0, and a "second line" behind the second controller, dma0's
   on Ringside and the clock's on a PC. Nothing that is printed depends on time. */
#ifndef RINGSIDE_TESTS_PC_H
#define RINGSIDE_TESTS_PC_H

#include "kernel_stub/abi/ports.h"

#include <stdbool.h>
#include <stdint.h>

static inline void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}
static inline uint8_t inb(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}
/* Lets a pending interrupt in. */
static inline void allow(void)
{
    __asm__ volatile("sti; nop; nop; nop; cli" : : : "memory");
}

void say(const char *text);
/* " name=value", hexadecimal. */
void say_number(const char *name, unsigned value);

/* Each returns when its controller has the request; interrupts must be off. */
void raise_timer(void);
void raise_second(void);
void lower_second(void);
unsigned second_bit(void); /* the second line, as a bit of the second controller */
uint8_t read_irr(uint16_t port);
uint8_t read_isr(uint16_t port);

extern unsigned interrupted_ip;
extern bool is_quiet;
void start(void); /* both controllers, nothing masked */

void test_controllers(void);
void test_processor(void);
void test_timer(void);

#endif
