/* Where a program begins. The kernel left the number of arguments at ESP and their addresses
   above it. */
    .text
    .globl _start
_start:
    xorl %ebp, %ebp                     /* the outermost frame */
    movl (%esp), %eax
    leal 4(%esp), %edx
    pushl %edx                          /* argv */
    pushl %eax                          /* argc */
    call main
    pushl %eax
    call exit

    .section .note.GNU-stack,"",@progbits
