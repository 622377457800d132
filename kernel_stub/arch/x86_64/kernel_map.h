/* The rights of the kernel's own pages. */
#ifndef ARCH_KERNEL_MAP_H
#define ARCH_KERNEL_MAP_H

#include "paging.h"

extern const char _kernel_start[], _text_end[], _rodata_end[]; /* kernel.ld; the text, then the constants */

void kernel_map_protect(void);

#endif
