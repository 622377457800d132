/* INT 80h's calls under a 64-bit kernel, by i386's numbers. */
#ifndef ARCH_COMPAT_H
#define ARCH_COMPAT_H

extern void *compat_call_table[];

#endif
