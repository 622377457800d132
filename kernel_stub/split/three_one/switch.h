/* Entry and exit of the kernel change no page table under 3G/1G. */
.macro SWITCH_TO_KERNEL
.endm
.macro SWITCH_TO_USER
.endm
