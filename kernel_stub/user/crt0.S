/* Where a program begins. The kernel left the number of arguments where the stack pointer is, above it their addresses
   and a 0, then those of the environment. */
    .text
    .globl _start
_start:
#ifdef __x86_64__
    xorl %ebp, %ebp                     /* the outermost frame */
    movq (%rsp), %rdi                   /* argc */
    leaq 8(%rsp), %rsi                  /* argv */
    leaq 8(%rsi,%rdi,8), %rdx           /* envp */
    call main
    movl %eax, %edi
    call exit
#else
    xorl %ebp, %ebp                     /* the outermost frame */
    movl (%esp), %eax
    leal 4(%esp), %edx
    leal 4(%edx,%eax,4), %ecx
    pushl %ecx                          /* envp */
    pushl %edx                          /* argv */
    pushl %eax                          /* argc */
    call main
    pushl %eax
    call exit
#endif

    .section .note.GNU-stack,"",@progbits
