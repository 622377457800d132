/* The kernel's command line: words KEY=VALUE, see abi/boot.h. Words that mean nothing to this
   kernel are passed over. */
#ifndef BOOT_OPTIONS_H
#define BOOT_OPTIONS_H

#include "arch/i386/cpu.h"

struct options {
    bool wp;            /* CR0.WP: a read-only page stops the kernel too */
    bool pge;           /* CR4.PGE: the kernel's pages stay in the TLB when CR3 changes */
    bool user_limit_3g; /* 3G/1G: the program's segments end at 3 GB */
};
extern struct options options;

void options_read(const char *command_line);

#endif
