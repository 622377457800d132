/* Kernel addresses for what the map of RAM does not show as it is wanted: device registers, and
   memory that must look contiguous. The area begins 8 MB above the map of RAM. */
#ifndef MM_VMALLOC_H
#define MM_VMALLOC_H

#include "cpu.h"

void *ioremap(uint32_t physical, word size); /* NULL: no room, or no memory */
void iounmap(void *address);
void *vmalloc(word size); /* zeroed; NULL: no memory */
void vfree(void *address);
/* A fault of the kernel in the area: does this page directory only lack an entry that the kernel's
   own has? Then it has it now. */
bool vmalloc_fault(word linear);

#endif
