/* What the rest of the kernel asks of a split. Each folder beside this file answers: layout.h
   (the numbers), switch.h (the entry code's macros), split.c (page directories) and uaccess.c
   (reaching user memory). */
#ifndef SPLIT_H
#define SPLIT_H

#include "arch/i386/paging.h"

struct mm;
struct task;

/* The linear addresses at which the CPU finds its tables. */
extern const word SPLIT_IDT, SPLIT_GDT, SPLIT_TSS;

/* Is a page fault of the kernel at a user address answered as the program's would be? 3G/1G:
   yes, copy_from_user relies on it. 4G/4G: never, the kernel's page tables have no user pages. */
extern const bool split_kernel_faults_in;

void split_init(void);
void split_fill_directory(pte_t *directory); /* with what every directory has of the kernel */
void split_switch_to(struct task *next);     /* next's user pages, next's kernel stack */
void split_leave_mm(void);                   /* before the current page directory is freed */
void split_drop_page(word address);          /* its PTE changed: forget the old one */

#endif
