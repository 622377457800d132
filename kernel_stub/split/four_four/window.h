/* The per-slot windows through which the 4G/4G kernel sees one user page at a time. */
#ifndef FOUR_FOUR_WINDOW_H
#define FOUR_FOUR_WINDOW_H

#include "arch/i386/paging.h"

void *kmap(unsigned slot, pte_t user_pte);

#endif
