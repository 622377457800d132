#include "user_access.h"

/* The two switches of 4G/4G. A task's kernel stack has two addresses: its real one in the map of
   RAM, which only the kernel's CR3 has, and WINDOW_STACK, which both have. The CPU and SAVE_ALL
   push through the window; then we load the kernel's CR3 and go on with the same bytes under the
   real address. The way out is the reverse.

   An ESP below the window means that we came from kernel space: no switch, no CR3 write. Keeps
   EBX. */
.macro SWITCH_TO_KERNEL
    cmpl $WINDOW, %esp
    jb 1f
    movl $swapper_pg_dir - PAGE_OFFSET, %edx
    movl %edx, %cr3
    movl %esp, %edx
    andl $KERNEL_STACK_SIZE - 1, %edx
    orl task_real_stack, %edx
    movl %edx, %esp
1:
.endm

/* Return to user mode switches. So does a return into the exit path itself (an exception between
   the two markers came with the window's stack and perhaps the user's CR3, and must find both
   again). Any other kernel code stays. */
.macro SWITCH_TO_USER
    testb $3, REGS_CS(%esp)
    jnz 2f
    cmpl $exit_marker_start, REGS_EIP(%esp)
    jb 3f
    cmpl $exit_marker_end, REGS_EIP(%esp)
    jae 3f
2:  movl %esp, %edx
    andl $KERNEL_STACK_SIZE - 1, %edx
    orl $WINDOW_STACK, %edx
    movl task_user_cr3, %ecx
    .globl exit_marker_start
exit_marker_start:
    movl %edx, %esp
    movl %ecx, %cr3
3:
.endm

/* The flat segments of the loader will do until the kernel's own are loaded. */
.macro LOAD_KERNEL_SEGMENTS
.endm
.macro LOAD_USER_ACCESS
    USER_ACCESS_END
.endm
