/* Ways to notice that somebody writes to the two pages at b, and who noticed what. */
#ifndef WATCH_H
#define WATCH_H

#include "libc.h"

#define PAGE 4096u
#define B 0x22000000u
#define RW (PROT_READ | PROT_WRITE)
static volatile char *const b = (char *)B;

/* What a way to watch has noticed of three writers. */
struct noticed {
    const char *by;
    const char *user, *kernel, *device;
};
extern struct noticed by_rights, by_registers, by_soft_dirty, by_copy, by_sum, by_doorbell;

/* The kernel as the writer: read() of n bytes, from the start of the program's own file ("\177ELF..."). */
int kernel_writes(volatile void *to, unsigned n); /* bytes, or a negated error number */

void watch_by_rights(void);    /* rights.c: mprotect and SIGSEGV */
void watch_by_registers(void); /* registers.c: the debug registers */
void registers_watch(volatile void *at);
void registers_rest(void);
int registers_hits(void);      /* since they were set */
void watch_by_asking(void);    /* asking.c: soft-dirty, copy on write, a sum */
void pages_watch(void);
bool page_is_soft_dirty(void); /* the first page at b, since pages_watch */
bool page_was_copied(void);    /* likewise */
void pages_rest(void);
uint32_t frame_of_b(void);     /* physical address of the first page */
uint32_t sum_of_b(void);       /* over its first 64 bytes */
void watch_a_device(void);     /* device.c: a writer that is no processor */

#endif
