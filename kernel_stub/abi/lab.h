/* The teaching calls: lab_peek(ptr, n, how), lab_poke(ptr, n, how), lab_stat(buf, n).
   lab_peek copies n bytes from the user's ptr into the kernel's lab buffer, lab_poke copies n bytes of the lab buffer to
   the user's ptr; both return the number of bytes NOT copied, or -EINVAL (n over LAB_BUFFER_SIZE, unknown how), or for
   LAB_WORD 0 or -EFAULT, for LAB_STRING the string's length or -EFAULT. */
#ifndef RINGSIDE_ABI_LAB_H
#define RINGSIDE_ABI_LAB_H

#define LAB_BUFFER_SIZE 8192

enum lab_how {
    LAB_NAIVE,     /* the kernel dereferences the number it was given: no check, no fixup */
    LAB_COPY,      /* copy_from_user, copy_to_user */
    LAB_WORD,      /* get_user, put_user: one 32-bit word, n is ignored */
    LAB_UNCHECKED, /* __copy_from_user, __copy_to_user: the fixup without the range check */
    LAB_STRING,    /* strncpy_from_user (peek), clear_user (poke) */
    LAB_ATOMIC,    /* copy_from_user, copy_to_user where the kernel must not sleep: no page is brought */
    LAB_CALL,      /* peek only: the kernel calls the number as a function of its own; returns what that returned */
};

/* What lab_stat tells; one machine word each. lab_stat writes at most n bytes of it and returns the bytes written. */
struct lab_stat {
    unsigned long size;         /* of this structure */
    unsigned long task_size;    /* the first address no user page may have */
    unsigned long page_offset;  /* where the kernel has physical address 0 */
    unsigned long secret;       /* kernel address of the string "K-SECRET" */
    unsigned long buffer;       /* kernel address of the lab buffer */
    unsigned long frames_total; /* page frames of RAM */
    unsigned long frames_free;
    unsigned long minor_faults; /* of this process, software look-ups' included */
    unsigned long major_faults; /* those that read a file page from disk */
    unsigned long resident;     /* user pages present in its page tables */
    unsigned long vmas;
    /* Counters since boot, of the kernel. */
    unsigned long page_faults;  /* #PF exceptions */
    unsigned long fixups;       /* exception-table hits */
    unsigned long softwalks;    /* look-ups of user tables by kernel code */
    unsigned long kmaps;        /* user pages mapped into the kernel's window */
    unsigned long soft_faults;  /* look-ups that missed and went to handle_mm_fault */
    /* The same five, during the last lab_peek or lab_poke only. */
    unsigned long last_page_faults, last_fixups, last_softwalks, last_kmaps, last_soft_faults;
    unsigned long last_minor_faults, last_major_faults;
    unsigned long swapped;        /* entries of this process's page tables that name a slot of the swap disk */
    unsigned long frames_heap;    /* frames of the kernel's heap, which keeps them */
    unsigned long frames_cached;  /* frames of the page cache */
    unsigned long swap_slots;     /* that can be used, free ones included; 0: no swap */
    unsigned long swap_slots_free;
    unsigned long pswpin, pswpout; /* pages read from swap and written to it, since boot */
    unsigned long kernel_hits;     /* watchpoints that the kernel hit, with kernel_hits=count */
};

/* ioctl of the console: set a debug register of the calling thread, by the rules of ptrace. The argument points to the
   number, 0 to 7, and the value. */
#define LAB_DR 0x4C01
struct lab_dr {
    unsigned long n, value;
};

#endif
