/* The story the guest kernel tells its host: `out %eax, $PORT_TRACEPOINT` with EAX = number and up to five arguments in
   EBX, ECX, EDX, ESI, EDI (RBX.. on x86-64). Pointers are the kernel's own, offsets in its DS, read by the host under
   the current CR3 without any effect on the machine; in events they are linear addresses. Text is pointer and length. One tracepoint is one event of the trace.
   A machine word is the kernel's: 4 bytes on i386, 8 on x86-64, in registers and in memory (the arguments of TP_SYSCALL). The
   mode in which the OUT is executed tells: CS.L set is x86-64. struct tp_vma is the same for both. */
#ifndef RINGSIDE_ABI_TRACEPOINTS_H
#define RINGSIDE_ABI_TRACEPOINTS_H

enum tracepoint {
    TP_SYSCALL = 1,  /* nr, pointer to the six arguments (machine words); on x86-64 also: 1 if it came by INT 80h, with i386's nr */
    TP_SYSCALL_RET,  /* nr, result (negative errno on failure); on x86-64 also: 1 as above */
    TP_ACCESS_OK,    /* ptr, n, limit (first address the user may not name; 0: the areas were asked), ok */
    TP_COPY,         /* enum tp_copy, user address, kernel pointer, n, bytes NOT copied; sent when it ends */
    TP_SOFTWALK,     /* linear address, write, ok, pointer to struct tp_entry of each level from the top, how many were read:
                        one look-up of user tables by kernel code */
    TP_KMAP,         /* slot, window's linear address, physical address */
    TP_FIXUP,        /* faulting ip, fixup ip: the exception table was used */
    TP_FAULT_IN,     /* enum tp_fault_in, linear address, physical address, major */
    TP_SWAP_OUT,     /* linear, physical, slot (-1 dropped, -2 written to its file) */
    TP_VMA,          /* enum tp_vma_op, pointer to struct tp_vma */
    TP_PAGE_REF,     /* physical, count before, count after */
    TP_SIGNAL,       /* signal number, si_code, si_addr */
    TP_SCHED,        /* pid that leaves the CPU, pid that gets it (0: none, boot) */
    TP_OOPS,         /* text, length */
    TP_PANIC,        /* text, length */
    TP_LINT,         /* rule id, its length, text, its length */
    TP_PROCESS,      /* pid, name, its length, parent pid, 0 born / 1 gone */
};

enum tp_copy { TP_FROM_USER, TP_TO_USER, TP_STRNCPY, TP_GET, TP_PUT, TP_CLEAR };
enum tp_fault_in {
    TP_ZERO,     /* the shared zero page, read-only */
    TP_ANON,     /* a fresh zeroed frame */
    TP_COW,      /* copied */
    TP_REUSE,    /* last owner: made writable in place */
    TP_FILE,     /* from the page cache */
    TP_SWAP,     /* read back from swap */
    TP_STACK,    /* stack growth */
    TP_DRIVER,   /* the driver's fault handler */
    TP_SPURIOUS, /* nothing to do: stale TLB */
};
/* How to keep a copy of a process's list: every operation but unmap means "whatever lies in start..end is now this VMA";
   unmap means "nothing is there any more". A split is told twice, lower half first. The list of a process that is
   gone (TP_PROCESS) is gone with it, without unmaps. */
enum tp_vma_op { TP_VMA_MAP, TP_VMA_UNMAP, TP_VMA_SPLIT, TP_VMA_MERGE, TP_VMA_PROTECT, TP_VMA_GROW };

/* An entry of a program's page tables as kernel code read it. Fixed layout for both sizes of entries. */
struct tp_entry {
    unsigned long long physical, value; /* where it lies, what it was */
};
#define TP_ENTRIES 4 /* at most */

/* One VMA as it is after the operation (for unmap: as it was). Fixed layout for both word sizes. */
struct tp_vma {
    unsigned long long start, end; /* linear, page aligned, end exclusive */
    unsigned long long pgoff;      /* offset in the file, in pages */
    unsigned long long name;       /* kernel linear address of the file's name or "[stack]", 0 if anonymous */
    unsigned int name_length;
    unsigned int prot;             /* 1 read, 2 write, 4 execute */
    unsigned int flags;            /* 1 shared, 2 grows down, 4 heap, 8 stack */
    unsigned int pid;
};

#endif
