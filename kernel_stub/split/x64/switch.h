/* Entry and exit of the kernel change no page table. */
.macro SWITCH_TO_KERNEL scratch
.endm
.macro SWITCH_TO_USER
.endm
.macro SAVE_AND_SWITCH_TO_KERNEL kept
.endm
.macro RESTORE_ROOT kept
.endm
