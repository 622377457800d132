/* What the rest of the kernel asks of a split. Each folder beside this file answers: layout.h
   (the numbers), switch.h (the entry code's macros), split.c (page directories) and uaccess.c
   (reaching user memory). */
#ifndef SPLIT_H
#define SPLIT_H

#include "paging.h"

struct mm;
struct task;

/* The linear addresses at which the CPU finds its tables. */
extern const word SPLIT_IDT, SPLIT_GDT, SPLIT_TSS;

/* Is a page fault of the kernel at a user address answered as the program's would be? 3G/1G:
   yes, copy_from_user relies on it. 4G/4G: never, the kernel's page tables have no user pages. */
extern const bool split_kernel_faults_in;

void split_init(void);
pte_t *split_new_pgd(void); /* with what every process has of the kernel; NULL: no frame */
void split_switch_to(struct task *next);     /* next's user pages, next's kernel stack */
word split_show_ldt(const void *ldt);        /* the linear address at which every CR3 has it */
void split_leave_mm(void);                   /* before the current page tables are freed */
void *split_show_frame(pte_t pte);           /* a user frame, as kernel code can reach it */
void split_drop_page(word address);          /* its PTE changed: forget the old one */
void split_drop_all(void);                   /* the same for every user page of the current mm */

#endif
