/* Arguments of clone and wait4, Linux's values. */
#ifndef RINGSIDE_ABI_SCHED_H
#define RINGSIDE_ABI_SCHED_H

/* clone: the low byte is the signal that tells the parent of the end. */
#define CLONE_SIGNAL_MASK 0x000000FFu
#define CLONE_VM 0x00000100u      /* one address space */
#define CLONE_FS 0x00000200u      /* one current directory (there is none yet) */
#define CLONE_FILES 0x00000400u   /* one descriptor table */
#define CLONE_SIGHAND 0x00000800u /* one table of signal handlers; needs CLONE_VM */
#define CLONE_THREAD 0x00010000u  /* one process; needs CLONE_SIGHAND */
#define CLONE_SYSVSEM 0x00040000u /* no meaning here */
#define CLONE_SETTLS 0x00080000u  /* the thread's own segment, as set_thread_area sets it */
#define CLONE_PARENT_SETTID 0x00100000u  /* its number goes to parent_tid, at once */
#define CLONE_CHILD_CLEARTID 0x00200000u /* child_tid becomes 0 when it is over */
#define CLONE_CHILD_SETTID 0x01000000u   /* its number goes to child_tid in its memory */

/* wait4 */
#define WNOHANG 1u
#define WUNTRACED 2u
#define __WALL 0x40000000u

#endif
