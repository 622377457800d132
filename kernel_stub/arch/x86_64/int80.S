/* The old way into the kernel, for i386's programs. */
#include "layout.h"
#include "cpu_area.h"
#include "entry.h"
#include "regs.h"
#include "user_access.h"
#include "abi/ports.h"
#include "switch.h"
#include "trap/trap.h"

    .section .entry.text,"ax"

/* INT 80h: i386's numbers and registers, EBX ECX EDX ESI EDI EBP, under a 64-bit kernel. The upper halves are nobody's. */
    .globl int80_entry
int80_entry:
    movl %eax, %eax
    pushq %rax
    pushq $INT80_CALL
    swapgs
    movq %rax, %gs:CPU_SCRATCH
    SWITCH_TO_KERNEL %rax
    LEAVE_ENTRY_STACK
    SAVE_ALL
    USER_ACCESS_END
    sti
    movq %rax, %rbx
    movl %ebp, %ebp
    pushq %rbp
    movl %edi, %edi
    pushq %rdi
    movl %esi, %esi
    pushq %rsi
    movl %edx, %edx
    pushq %rdx
    movl %ecx, %ecx
    pushq %rcx
    movl REGS_BX + 40(%rsp), %ecx
    pushq %rcx
    movq %rsp, %rcx
    movl $1, %edx
    movl $ASM_TP_SYSCALL, %eax
    outl %eax, $PORT_TRACEPOINT
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %r8
    popq %r9
    cmpq $SYSCALL_TABLE_SIZE, %rbx
    jae unknown_system_call
    call *compat_call_table(,%rbx,8)
    jmp system_call_done

    .section .note.GNU-stack,"",@progbits
