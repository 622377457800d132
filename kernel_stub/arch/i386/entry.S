/* Every way into the kernel and the one way out. Under 4G/4G this section is linked at FF000000
   and runs under both page directories; SWITCH_TO_KERNEL and SWITCH_TO_USER are the split's own
   (empty under 3G/1G). */
#include "layout.h"
#include "regs.h"
#include "segments.h"
#include "abi/ports.h"
#include "switch.h"
#include "task/task.h"
#include "trap/trap.h"

#define ASM_TP_SYSCALL 1
#define ASM_TP_SYSCALL_RET 2

    .section .entry.text,"ax"

/* The rest of struct regs, and the kernel's data segments. A program may have left DF set: C
   wants it clear. */
.macro SAVE_ALL
    pushl %gs
    pushl %fs
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
    LOAD_USER_ACCESS
    cld
.endm

/* INT 80h: number in EAX, arguments in EBX ECX EDX ESI EDI EBP, result in EAX. About 50
   instructions there and back. */
    .globl system_call_entry
system_call_entry:
    pushl %eax
    pushl $SYSTEM_CALL_VECTOR
    SAVE_ALL
    movl %eax, %ebx
    movl %esp, %ecx
    movl $ASM_TP_SYSCALL, %eax
    outl %eax, $PORT_TRACEPOINT
    SWITCH_TO_KERNEL
    cmpl $SYSCALL_TABLE_SIZE, %ebx
    jae unknown_system_call
    call *system_call_table(,%ebx,4)
    .globl system_call_done
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

/* The interrupt lines. */
    .irp line, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
interrupt_\line:
    pushl $0
    pushl $IRQ_VECTOR + \line
    jmp exception_common
    .endr

exception_common:
    SAVE_ALL
    SWITCH_TO_KERNEL
    pushl %esp
    call trap                           /* void trap(struct regs *) */
    addl $4, %esp

/* Out. Before a program goes on, what came up meanwhile is seen to (a signal, another task's
   turn), and no interrupt may bring up more behind our back. */
leave_kernel:
    cli
    testb $3, REGS_CS(%esp)
    jz 1f
    movl current, %edx
    cmpl $0, TASK_WORK(%edx)
    jne work_is_pending
1:  SWITCH_TO_USER
    popl %ebx
    popl %ecx
    popl %edx
    popl %esi
    popl %edi
    popl %ebp
    popl %eax
load_ds:
    popl %ds
load_es:
    popl %es
    testb $3, REGS_CS - REGS_FS(%esp)
    jz return_to_kernel
load_fs:
    popl %fs
load_gs:
    popl %gs
    addl $8, %esp                       /* vector, error */
return:
    iret

/* What was interrupted is the kernel. FS and GS are still the program's, and their descriptors may
   have gone: they are not touched, unless FS serves the kernel itself. */
return_to_kernel:
#if KERNEL_FS
    popl %fs
    addl $12, %esp
#else
    addl $16, %esp
#endif
    iret

/* The segments are the program's choice, and its descriptors may have gone. A data segment that
   cannot be loaded becomes the null one; a return that is refused is a fault of the program's, as
   if it had come from there. */
    .irp name, ds,es,fs,gs
no_\name:
    movl $0, (%esp)
    jmp load_\name
    .endr
no_return:
    pushl $0
    pushl $13
    jmp exception_common
    .globl exit_marker_end
exit_marker_end:

    .pushsection .extable,"aw"
    .irp name, ds,es,fs,gs
    .long load_\name, no_\name
    .endr
    .long return, no_return
    .popsection

work_is_pending:
    sti
    pushl %esp
    call work_before_return             /* void work_before_return(struct regs *) */
    addl $4, %esp
    jmp leave_kernel

/* void return_with(struct regs *): the first entry of a program into user mode is a return from
   a system call that it never made. */
    .globl return_with
return_with:
    movl 4(%esp), %esp
    jmp leave_kernel

    .section .rodata
    .balign 4
    .globl exception_entries, interrupt_entries
exception_entries:
    .irp vector, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    .long exception_\vector
    .endr
    .irp vector, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    .long exception_\vector
    .endr
interrupt_entries:
    .irp line, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    .long interrupt_\line
    .endr

    .section .note.GNU-stack,"",@progbits
