/* From one kernel stack to another, and the descriptor tables' loading. */
#include "layout.h"
#include "segments.h"

    .text
/* void switch_stacks(word *save_esp, word load_esp): what a C caller expects to survive a call
   stays on the stack that is left; the same comes from the other one, where its task called this
   function before. For the caller it is a call that takes long. */
    .globl switch_stacks
switch_stacks:
    movl 4(%esp), %eax
    movl 8(%esp), %edx
    pushl %ebp
    pushl %ebx
    pushl %esi
    pushl %edi
    movl %esp, (%eax)
    movl %edx, %esp
    popl %edi
    popl %esi
    popl %ebx
    popl %ebp
    ret

/* Where a child begins: its stack was made to look as if it had called switch_stacks here, with
   the number of the parent's system call in EBX and the parent's registers above. It returns
   from that call too, with 0. */
    .globl return_from_fork
return_from_fork:
    call begin_child
    xorl %eax, %eax
    jmp system_call_done

/* void descriptors_load(gdt, gdt_size, idt, idt_size): the CPU keeps using the descriptors it
   loaded earlier until a segment register is loaded again, so load them all. */
    .globl descriptors_load
descriptors_load:
    subl $16, %esp
    movl 24(%esp), %eax
    decl %eax
    movw %ax, (%esp)
    movl 20(%esp), %eax
    movl %eax, 2(%esp)
    lgdt (%esp)
    movl 32(%esp), %eax
    decl %eax
    movw %ax, 8(%esp)
    movl 28(%esp), %eax
    movl %eax, 10(%esp)
    lidt 8(%esp)
    addl $16, %esp
    ljmp $KERNEL_CS, $1f
1:  movl $KERNEL_DS, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl $KERNEL_FS, %eax
    movl %eax, %fs
    xorl %eax, %eax
    movl %eax, %gs
    lldt %ax
    movl $TSS_SELECTOR, %eax
    ltr %ax
    ret

    .section .note.GNU-stack,"",@progbits
