/* 4G/4G's parts "switch", "high" and "indirect" without "layout": user and kernel have a page directory each,
   but keep to the numbers of 3G/1G. The user's directory has nothing of the kernel but the window, which is
   what page-table isolation (KPTI, 2018) wanted; the fourth gigabyte stays empty in it. */
#define PAGE_OFFSET 0xC0000000
#define TASK_SIZE 0xC0000000

#include "split/four_four/layout.h"
