/* 4G/4G's part "indirect" alone: the address space of 3G/1G, but the kernel reaches user memory as 4G/4G
   does, page by page through a window, though it could read it where it is. */
#include "split/three_one/layout.h"

#define WINDOW 0xFFC00000
#define WINDOW_KMAP 0xFFC00000 /* one page a slot */
