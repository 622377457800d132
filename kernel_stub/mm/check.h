/* What must be true of all memory whenever a program runs; the word check=1 on the kernel's command
   line has it looked at after every system call and exception. */
#ifndef MM_CHECK_H
#define MM_CHECK_H

void check_system_calls(void); /* trap/syscall.c: from now on, after each of them */
void check_memory(void); /* panics with the first rule that is broken */

#endif
