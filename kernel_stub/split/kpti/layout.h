/* x64-kpti: the addresses of x64, but a process has two roots. The user's, behind the kernel's, has all of the lower half and of the
   upper one what an entry into the kernel needs before it can load CR3: cpu_entry_area, the entry code, and the page with the TSS
   and the CPU's own words. In the kernel's root nothing of the lower half can be executed. */
#define SPLIT_USER_ROOT 1

#include "split/x64/layout.h"
