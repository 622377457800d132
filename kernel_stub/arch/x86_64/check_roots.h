/* The rules of the page tables' roots, for check=1: what a program's root has of the kernel, and that both agree about the rest. */
#ifndef ARCH_CHECK_ROOTS_H
#define ARCH_CHECK_ROOTS_H

struct mm;

void check_roots(const struct mm *mm);
void check_flags(void); /* that the right to touch user pages was given back */

#endif
