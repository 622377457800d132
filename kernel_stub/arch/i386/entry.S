/* Every way into the kernel and the one way out. Under 4G/4G this section is linked at FF000000
   and runs under both page directories; SWITCH_TO_KERNEL and SWITCH_TO_USER are the split's own
   (empty under 3G/1G). */
#include "layout.h"
#include "arch/i386/regs.h"
#include "arch/i386/segments.h"
#include "abi/ports.h"
#include "switch.h"
#include "trap/trap.h"

#define ASM_TP_SYSCALL 1
#define ASM_TP_SYSCALL_RET 2

    .section .entry.text,"ax"

/* The rest of struct regs, and the kernel's data segments. A program may have left DF set: C
   wants it clear. */
.macro SAVE_ALL
    pushl %es
    pushl %ds
    pushl %eax
    pushl %ebp
    pushl %edi
    pushl %esi
    pushl %edx
    pushl %ecx
    pushl %ebx
    movl $KERNEL_DS, %edx
    movl %edx, %ds
    movl %edx, %es
    cld
.endm

/* INT 80h: number in EAX, arguments in EBX ECX EDX ESI EDI EBP, result in EAX. About 45
   instructions there and back. */
    .globl system_call_entry
system_call_entry:
    pushl %eax
    pushl $0x80
    SAVE_ALL
    movl %eax, %ebx
    movl %esp, %ecx
    movl $ASM_TP_SYSCALL, %eax
    outl %eax, $PORT_TRACEPOINT
    SWITCH_TO_KERNEL
    cmpl $SYSCALL_TABLE_SIZE, %ebx
    jae unknown_system_call
    call *system_call_table(,%ebx,4)
system_call_done:
    movl %eax, REGS_EAX(%esp)
    movl %eax, %ecx
    movl $ASM_TP_SYSCALL_RET, %eax
    outl %eax, $PORT_TRACEPOINT
    jmp leave_kernel
unknown_system_call:
    movl $-38, %eax                     /* -ENOSYS */
    jmp system_call_done

/* The exceptions. The CPU pushes an error code for some; the others get a 0, so that all frames
   look the same. */
.macro EXCEPTION vector, has_error=0
exception_\vector:
    .if \has_error == 0
    pushl $0
    .endif
    pushl $\vector
    jmp exception_common
.endm
    EXCEPTION 0
    EXCEPTION 1
    EXCEPTION 2
    EXCEPTION 3
    EXCEPTION 4
    EXCEPTION 5
    EXCEPTION 6
    EXCEPTION 7
    EXCEPTION 8, 1
    EXCEPTION 9
    EXCEPTION 10, 1
    EXCEPTION 11, 1
    EXCEPTION 12, 1
    EXCEPTION 13, 1
    EXCEPTION 14, 1
    EXCEPTION 15
    EXCEPTION 16
    EXCEPTION 17, 1
    EXCEPTION 18
    EXCEPTION 19
    EXCEPTION 20
    EXCEPTION 21, 1
    EXCEPTION 22
    EXCEPTION 23
    EXCEPTION 24
    EXCEPTION 25
    EXCEPTION 26
    EXCEPTION 27
    EXCEPTION 28
    EXCEPTION 29, 1
    EXCEPTION 30, 1
    EXCEPTION 31

exception_common:
    SAVE_ALL
    SWITCH_TO_KERNEL
    pushl %esp
    call trap                           /* void trap(struct regs *) */
    addl $4, %esp

leave_kernel:
    SWITCH_TO_USER
    popl %ebx
    popl %ecx
    popl %edx
    popl %esi
    popl %edi
    popl %ebp
    popl %eax
    popl %ds
    popl %es
    addl $8, %esp                       /* vector, error */
    iret
    .globl exit_marker_end
exit_marker_end:

/* void return_with(struct regs *): the first entry of a task into user mode is a return from a
   system call that it never made. */
    .globl return_with
return_with:
    movl 4(%esp), %esp
    jmp leave_kernel

    .section .rodata
    .balign 4
    .globl exception_entries
exception_entries:
    .irp vector, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    .long exception_\vector
    .endr
    .irp vector, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    .long exception_\vector
    .endr

    .text
/* void call_on_stack(void *stack_top, void (*function)(void)) */
    .globl call_on_stack
call_on_stack:
    movl 8(%esp), %eax
    movl 4(%esp), %esp
    xorl %ebp, %ebp
    call *%eax
1:  hlt
    jmp 1b

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
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    lldt %ax
    movl $TSS_SELECTOR, %eax
    ltr %ax
    ret

    .section .note.GNU-stack,"",@progbits
