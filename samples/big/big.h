/* What the measured page and the rest of the program know of each other. */
#ifndef BIG_H
#define BIG_H

#include "libc.h"

#define PAGE 4096u
#define TEXT 0x08048000ul
#define TEXT_PAGES 25600u
#define DATA (TEXT + TEXT_PAGES * PAGE)
#define ALL_PAGES (TEXT_PAGES + 2 + 3)
#define RW (PROT_READ | PROT_WRITE)

enum { BEGIN, MIDDLE, LAST, READ_D0, WRITE_D0, WRITE_D1, WRITE_B1, STEPS };

/* As much of lab_stat as the steps want: up to the number of areas. */
struct sample {
    unsigned long size, task_size, page_offset, secret, buffer, frames_total, frames_free;
    unsigned long minor, major, resident, vmas;
};

extern volatile char d0[PAGE], b1[PAGE];
extern volatile char bss_in_d1[16];
int far_middle(void), far_last(void);

/* report.c: everything is touched now. */
void report(const struct sample *steps, char **argv) __attribute__((noreturn));

/* later.c */
void later(void);

#endif
