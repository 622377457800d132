/* What this split does on the way into the kernel and out of it. No page table changes; but FS, which
   the program may have used, must reach user memory now. */
.macro LOAD_USER_ACCESS
    movl $USER_DS, %edx
    movl %edx, %fs
.endm
.macro SWITCH_TO_KERNEL
.endm
.macro SWITCH_TO_USER
.endm

/* The boot's last steps without the kernel's own segments: paging is on, EIP is in the first 4 MB,
   which are at both places. From here on pointers are offsets. */
.macro LOAD_KERNEL_SEGMENTS
    lgdt boot_gdt
    ljmp $KERNEL_CS, $5f
5:  movl $KERNEL_DS, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
.endm
