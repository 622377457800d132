/* What the CPU can keep ring 0, or a program, from doing. */
#ifndef ARCH_PROTECTIONS_H
#define ARCH_PROTECTIONS_H

/* Turn on what the command line asks for. What the CPU or this kernel does not have is turned off in
   options. */
void protections_init(void);
/* SMAP: when the entry code is mapped. */
void user_access_init(void);

#endif
