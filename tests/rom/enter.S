/* Into a case and out of it. run_case() loads the case's registers and goes to its mode; whatever happens there ends in
   an exception or interrupt, whose handler saves everything and returns from run_case(). */
#include "layout.h"

/* struct registers (monitor.h) */
#define R_EAX 0
#define R_ECX 4
#define R_EDX 8
#define R_EBX 12
#define R_ESP 16
#define R_EBP 20
#define R_ESI 24
#define R_EDI 28
#define R_EIP 32
#define R_CS 36 /* EIP and CS: a far pointer */
#define R_EFLAGS 40
#define R_SS 44
#define R_DS 48
#define R_ES 52
#define R_FS 56
#define R_GS 60
#define R_VECTOR 64
#define R_ERROR 68
#define R_SIZE 72

    .bss
    .globl  before, after
    .balign 4
before:
    .skip   R_SIZE
after:
    .skip   R_SIZE
monitor_esp:
    .skip   4
    .globl  far16
far16: /* IP and CS for real mode */
    .skip   4

    .macro  LOAD_GENERAL
    movl    before + R_EAX, %eax
    movl    before + R_ECX, %ecx
    movl    before + R_EDX, %edx
    movl    before + R_EBX, %ebx
    movl    before + R_EBP, %ebp
    movl    before + R_ESI, %esi
    movl    before + R_EDI, %edi
    .endm

    .text
    .code32
/* void run_protected(void): rings 0 to 3 and virtual-8086 mode, by IRET. */
    .globl  run_protected
run_protected:
    pushal
    movl    %esp, monitor_esp
    testl   $0x20000, before + R_EFLAGS
    jnz     to_virtual_8086
    movw    before + R_GS, %gs
    movw    before + R_FS, %fs
    movw    before + R_ES, %es
    testb   $3, before + R_CS
    jz      same_ring
    pushl   before + R_SS
    pushl   before + R_ESP
    pushl   before + R_EFLAGS
    pushl   before + R_CS
    pushl   before + R_EIP
    LOAD_GENERAL
    movw    before + R_DS, %ds
    iretl

to_virtual_8086:
    pushl   before + R_GS
    pushl   before + R_FS
    pushl   before + R_DS
    pushl   before + R_ES
    pushl   before + R_SS
    pushl   before + R_ESP
    pushl   before + R_EFLAGS
    pushl   before + R_CS
    pushl   before + R_EIP
    LOAD_GENERAL
    iretl

/* To ring 0: the stack is changed by hand, and a far jump does not need it. */
same_ring:
    LOAD_GENERAL
    pushl   before + R_EFLAGS
    popfl
    movw    before + R_SS, %ss
    movl    before + R_ESP, %esp
    movw    before + R_DS, %ds
    ljmpl   *%cs:before + R_EIP

/* void run_real(void) */
    .globl  run_real
run_real:
    pushal
    movl    %esp, monitor_esp
    lidtl   real_idt_register
    movw    $DATA_16, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    ljmpl   $CODE_16, $to_real_16
    .globl  to_real, in_real
    .code16
to_real:
    movl    %cr0, %eax
    andb    $0xfe, %al
    movl    %eax, %cr0
    ljmpw   $0xf000, $in_real_16
in_real:
    xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %ss
    movw    $MONITOR_STACK - 0x40, %sp
    movw    before + R_ES, %es
    movw    before + R_FS, %fs
    movw    before + R_GS, %gs
    LOAD_GENERAL
    pushl   before + R_EFLAGS
    popfl
    movw    before + R_SS, %ss
    movl    before + R_ESP, %esp
    ljmpw   $0, $TRAMPOLINE

/* In RAM, for its variables must be reached when DS is the case's. */
    .globl  trampoline, trampoline_end
trampoline:
    movw    %cs:before + R_DS, %ds
    ljmpw   *%cs:far16
trampoline_end:

/* 256 entries of 8 bytes in real mode, of 16 bytes in protected mode. */
    .balign 16
    .globl  real_stubs
real_stubs:
    .set    vector, 0
    .rept   256
    pushw   $vector
    jmp     real_common
    .balign 8
    .set    vector, vector + 1
    .endr

real_common: /* on the case's stack: vector, IP, CS, FLAGS */
    pushw   %ds
    pushw   $0
    popw    %ds
    movl    %eax, after + R_EAX
    popw    %ax
    movw    %ax, after + R_DS
    popw    %ax
    movzbl  %al, %eax
    movl    %eax, after + R_VECTOR
    popw    %ax
    movzwl  %ax, %eax
    movl    %eax, after + R_EIP
    popw    %ax
    movw    %ax, after + R_CS
    popw    %ax
    movzwl  %ax, %eax
    movl    %eax, after + R_EFLAGS
    movl    %ecx, after + R_ECX
    movl    %edx, after + R_EDX
    movl    %ebx, after + R_EBX
    movl    %esp, after + R_ESP
    movl    %ebp, after + R_EBP
    movl    %esi, after + R_ESI
    movl    %edi, after + R_EDI
    movw    %ss, after + R_SS
    movw    %es, after + R_ES
    movw    %fs, after + R_FS
    movw    %gs, after + R_GS
    movl    $0, after + R_ERROR
    cld
    lgdtl   %cs:gdt_register_16
    lidtl   %cs:idt_register_16
    movl    %cr0, %eax
    orb     $1, %al
    movl    %eax, %cr0
    ljmpl   $FLAT_CODE, $back
    .code32
back:
    movw    $FLAT_DATA, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movl    monitor_esp, %esp
    movl    %cr0, %eax
    andl    $0x7fffffff, %eax
    movl    %eax, %cr0
    pushl   $2
    popfl
    popal
    ret

    .balign 16
    .globl  protected_stubs
protected_stubs:
    .set    vector, 0
    .rept   256
    .if     vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
    .else
    pushl   $0
    .endif
    pushl   $vector
    jmp     protected_common
    .balign 16
    .set    vector, vector + 1
    .endr

protected_common: /* vector, error code, EIP, CS, EFLAGS, and from another ring ESP, SS, and out of V86 four more */
    pushl   %ds
    pushl   %eax
    movw    $FLAT_DATA, %ax
    movw    %ax, %ds
    popl    after + R_EAX
    popl    after + R_DS
    popl    after + R_VECTOR
    popl    after + R_ERROR
    popl    after + R_EIP
    popl    after + R_CS
    popl    after + R_EFLAGS
    movl    %ecx, after + R_ECX
    movl    %edx, after + R_EDX
    movl    %ebx, after + R_EBX
    movl    %ebp, after + R_EBP
    movl    %esi, after + R_ESI
    movl    %edi, after + R_EDI
    movl    %esp, after + R_ESP
    movw    %ss, after + R_SS
    movw    %es, after + R_ES
    movw    %fs, after + R_FS
    movw    %gs, after + R_GS
    testl   $0x20000, after + R_EFLAGS
    jnz     1f
    testb   $3, after + R_CS
    jz      back_again
    popl    after + R_ESP
    popl    after + R_SS
    jmp     back_again
1:  popl    after + R_ESP
    popl    after + R_SS
    popl    after + R_ES
    popl    after + R_DS
    popl    after + R_FS
    popl    after + R_GS
back_again:
    cld
    jmp     back

/* Task gates come here: the task whose handler this is has EDX = its vector. */
    .globl  stray_task
stray_task:
    movl    %edx, after + R_VECTOR
    clts
    jmp     back_again

    .balign 8
    .globl  real_idt_register, gdt_register, idt_register
real_idt_register:
    .word   0x3ff
    .long   0
gdt_register:
    .word   GDT_LIMIT
    .long   GDT
idt_register:
    .word   0x7ff
    .long   IDT
