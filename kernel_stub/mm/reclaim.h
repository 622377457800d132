/* Getting frames back when they are short. */
#ifndef MM_RECLAIM_H
#define MM_RECLAIM_H

#include "mm/mm.h"

#define FREE_LOW 16 /* below so many free frames, others must go */

void keep_frames_free(unsigned wanted);    /* before so many are taken */
void reclaim_forget(const struct mm *mm);  /* it goes away: do not look for victims there */
bool unmap_everywhere(struct page *page);  /* no page table entry names it; false: it must stay */
void page_gather_dirty(struct page *page); /* of a file: that some mapping wrote to it is known to the page */
int evict_page(struct mm *mm, word address); /* 0 or a negated error number */

#endif
