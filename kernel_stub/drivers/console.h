/* The console and the way out. */
#ifndef DRIVERS_CONSOLE_H
#define DRIVERS_CONSOLE_H

#include <stdarg.h>
#include "cpu.h"

int format(char *to, size_t size, const char *text, ...); /* %s %d %u %x %c, widths, 0 */
int format_list(char *to, size_t size, const char *text, va_list list);
void print(const char *text, ...);
void console_write(const void *bytes, size_t n);
size_t console_read(char *to, size_t n);
void power_off(uint32_t value) __attribute__((noreturn)); /* POWER_* and a wait status */

#endif
