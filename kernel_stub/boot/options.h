/* The kernel's command line: words KEY=VALUE, see abi/boot.h. Words that mean nothing to this
   kernel are passed over. */
#ifndef BOOT_OPTIONS_H
#define BOOT_OPTIONS_H

#include "abi/bugs.h"
#include "cpu.h"

#ifdef __x86_64__
/* What is asked of a user's pointer before it is used: split/x64/uaccess.c. */
enum access_ok { ACCESS_OK_LIMIT, ACCESS_OK_SIGN, ACCESS_OK_MASK };
#endif

struct options {
    bool wp;            /* CR0.WP: a read-only page stops the kernel too */
    bool pge;           /* CR4.PGE: the kernel's pages stay in the TLB when CR3 changes */
    bool nx;            /* EFER.NXE: what has no VM_EXEC is not executed; page tables of three levels only */
    bool smep;          /* CR4.SMEP: ring 0 does not execute user pages */
    bool smap;          /* CR4.SMAP: ring 0 touches user pages in the user copies only */
#ifdef __x86_64__
    bool pcid;                /* CR4.PCIDE: a switch of CR3 keeps what the TLB knows; page-table isolation only */
    enum access_ok access_ok; /* how user pointers are checked */
#endif
    bool user_limit_3g; /* the program's segments end at 3 GB: a choice under 3G/1G */
    char preempt[16];   /* where the kernel lets others run, see task/preempt.h; empty: nowhere */
    uint32_t slice;     /* a task's turn, in the timer's ticks */
    unsigned kernel_hits; /* enum kernel_hits: arch/x86/debug.h */
    uint32_t seed;      /* of what happens at random */
    uint32_t readahead;    /* pages that are read where a fault needs one */
    uint32_t fault_around; /* pages that a fault may map where it needs one, if they are in RAM */
    enum ringside_bug bug; /* the one planted bug that is on */
    bool check;            /* look at the rules of memory after every system call (mm/check.c) */
    bool check_wx;         /* no VMA may be writable and executable */
};
extern struct options options;

void options_read(const char *command_line);

#endif
