/* The console, the way out, and the boot's command line. */
#ifndef DRIVERS_CONSOLE_H
#define DRIVERS_CONSOLE_H

#include <stdarg.h>
#include "arch/i386/cpu.h"

int format(char *to, size_t size, const char *text, ...); /* %s %d %u %x %c, widths, 0 */
int format_list(char *to, size_t size, const char *text, va_list list);
void print(const char *text, ...);
void power_off(uint32_t value) __attribute__((noreturn));

#endif
