/* The kernel's heap. */
#ifndef MM_KMALLOC_H
#define MM_KMALLOC_H

#include "cpu.h"

void *kmalloc(size_t n); /* zeroed; NULL: no memory, or n over 64 KB */
void kfree(void *object);
uint32_t kmalloc_frames(void); /* the frames it has */

#endif
