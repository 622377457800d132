/* Entry and exit of the kernel change no page table under 3G/1G, and need no segment of their own. But
   AC, which the program may have set, and the copy that was interrupted surely, must not let the kernel
   at user memory. */
#include "user_access.h"

.macro LOAD_USER_ACCESS
    USER_ACCESS_END
.endm
.macro SWITCH_TO_KERNEL
.endm
.macro SWITCH_TO_USER
.endm
.macro LOAD_KERNEL_SEGMENTS
.endm
