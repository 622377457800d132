/* The two switches of page-table isolation. Both values of CR3 are in `cpu`, and they differ in bit 12; with PCID also in bit 11,
   and bit 63 says that what the TLB knows by that number is still true. After a change of the program's pages the kernel takes
   bit 63 out of the user's value (split.c); the next entry puts it back. */
.macro SWITCH_TO_KERNEL scratch
    movq %gs:CPU_KERNEL_CR3, \scratch
    movq \scratch, %cr3
    movq %gs:CPU_NO_FLUSH, \scratch
    orq \scratch, %gs:CPU_USER_CR3
.endm

/* After this there is no kernel but this code, `cpu` and the entry stack. */
.macro SWITCH_TO_USER
    movq %rax, %gs:CPU_SCRATCH
    movq %gs:CPU_USER_CR3, %rax
    movq %rax, %cr3
    movq %gs:CPU_SCRATCH, %rax
.endm

/* For what may have been interrupted on either side of a switch. */
.macro SAVE_AND_SWITCH_TO_KERNEL kept
    movq %cr3, \kept
    testl $0x1000, \kept\()d
    jz 11f
    movq %gs:CPU_KERNEL_CR3, %rax
    movq %rax, %cr3
11:
.endm
.macro RESTORE_ROOT kept
    testl $0x1000, \kept\()d
    jz 11f
    movq \kept, %cr3
11:
.endm
