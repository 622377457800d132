/* PT_INTERP: the name of the program that is to run first. */
    .section .interp,"a",@progbits
    .asciz "/lib/ld-ringside.so"

    .section .note.GNU-stack,"",@progbits
