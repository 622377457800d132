/* How a driver's mmap fills a VMA. Each function answers 0 or a negated error number; when one
   refuses, what it mapped before stays until the caller's own error makes mmap take the VMA down. */
#ifndef MM_REMAP_H
#define MM_REMAP_H

#include "mm/mm.h"

/* One counted page at one address (Linux since 2.6.15). The program's entry is another owner. */
int vm_insert_page(struct vma *vma, word address, struct page *page);
/* As many of num pages as the VMA is long, from its place in the file on (Linux since 5.2). The
   second one always begins with the first page: for callers that never looked at the place. */
int vm_map_pages(struct vma *vma, struct page **pages, word num);
int vm_map_pages_zero(struct vma *vma, struct page **pages, word num);
/* size bytes of physical addresses, RAM or not, without a count (Linux since 2.6.15). */
int remap_pfn_range(struct vma *vma, word address, uint32_t physical, word size);
/* What that was until 2.6.14: RAM that is not reserved is passed over in silence, and the program
   finds zeros of its own there. */
int remap_page_range(struct vma *vma, word address, uint32_t physical, word size);

#endif
