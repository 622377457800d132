/* Reads above 3 GB: refused by the page (#PF, error code 5) or, with user_limit=3g, by the
   segment's limit (#GP). */
    .globl _start
_start:
    movl 0xC0101000, %eax
