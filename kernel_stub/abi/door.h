/* What a lab's function finds in the kernel: the lab "Guard the door" is written against this file alone, and so is the
   kernel's side of it (lab/door.c). The same object file is linked into every kernel. */
#ifndef RINGSIDE_ABI_DOOR_H
#define RINGSIDE_ABI_DOOR_H

/* The door itself: a system call whose number a student's seed moves. Arguments: what, user pointer, n (for DOOR_GET: 4).
   Returns what the function returned. */
enum door { DOOR_FROM = 1, DOOR_TO, DOOR_GET };
#define DOOR_FIRST 1100
#define DOOR_LAST 1199

#ifndef __cplusplus /* the host wants the numbers only */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "errno.h"

/* To write. Each reaches user memory for the running process. */

/* Copy n bytes; return how many were NOT copied (0: all). What did not arrive is zeroed in `to`, so that the kernel never
   takes its own old bytes for the user's. */
unsigned long my_copy_from_user(void *to, const void *from, unsigned long n);
/* The same towards the user; nothing is zeroed. */
unsigned long my_copy_to_user(void *to, const void *from, unsigned long n);
/* One 32-bit word: 0, or -EFAULT and *value = 0. */
int my_get_user4(uint32_t *value, const uint32_t *from);

/* Given. */

/* The first address that the running process may not name. A range may end there; it may not pass it. */
unsigned long user_limit(void);

/* 3G/1G: the user's pages are in the page directory that the kernel runs under, so user memory is reached by an instruction
   that is allowed to fault. 4G/4G: they are not, and each page must be looked up and shown. */
bool user_is_mapped(void);

/* In an asm statement: the instruction at label `insn` may fault; if it does, and the page cannot be had, the kernel goes on
   at label `fixup`. FIXUP_BEGIN ... FIXUP_END put code out of the way. */
#ifdef __x86_64__
#define DOOR_WORD ".quad"
#else
#define DOOR_WORD ".long"
#endif
#define EXT(insn, fixup) ".pushsection .extable,\"aw\"\n" DOOR_WORD " " insn ", " fixup "\n.popsection\n"
#define FIXUP_BEGIN ".pushsection .fixup,\"ax\"\n"
#define FIXUP_END ".popsection\n"

/* SMAP (CR4 bit 21): ring 0 may touch user pages only while EFLAGS.AC is set. These set and clear it; they do nothing on a
   CPU without SMAP. AC must be clear whenever the kernel returns to ring 3. */
void stac(void);
void clac(void);

/* For 4G/4G, one page at a time. The entry that allows the access, or 0: the page is absent, or forbids it. */
uint32_t follow_page(unsigned long address, bool write);
/* Bring the page as a page fault would. False: the process has no such right. */
bool fault_in_page(unsigned long address, bool write);
/* Show the entry's frame to the kernel: the address of its first byte. One page at a time: the next call replaces it. */
void *kmap_user(uint32_t entry);
void kunmap_user(void *page);

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);

#endif

#endif
