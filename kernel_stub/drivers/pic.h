/* The interrupt controllers: which lines are open, and who serves them. */
#ifndef DRIVERS_PIC_H
#define DRIVERS_PIC_H

#include "cpu.h"

void pic_init(void);
void irq_install(unsigned line, void (*serve)(void));
void irq_open(unsigned line);
void irq_close(unsigned line);
void interrupt(unsigned line);                        /* called by trap() */

#endif
