/* The window: pages of linear addresses through which the kernel sees frames a second time. WINDOW is
   where its one page table begins. */
#ifndef SPLIT_WINDOW_H
#define SPLIT_WINDOW_H

#include "paging.h"

void window_init(void); /* before the first process gets its page directory */
void window_map(word linear, const void *pages, unsigned n);

#define KM_USER_COPY 0 /* the kmap slot of copy_from_user and copy_to_user */
void *kmap(unsigned slot, pte_t user_pte);

#endif
