/* A ROM that goes through the processor's modes as a boot loader does, twice: real, protected, PAE paging, long mode with
   compatibility and 64-bit code, and all the way back. In each it tells what the control registers say, how it is decoded and
   what its interrupts and page faults are, by bytes to a port. The same bytes must come out of QEMU. */
#include "modes.h"

    .section .text, "ax"
    TELLING 16
    TELLING 32
    TELLING 64

/* modes.ld makes the names with _at: places as offsets in segment f000, which a 16-bit relocation cannot make. */
    .globl  reset, start, real_interrupt, protected_16, real_again, gdt_in_rom, real_idt_register
/* ---- Real mode */
    .code16
start:
    cli
    cld
    xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movw    $STACK, %sp
    movl    %cr0, %eax
    andl    $0x9fffffff, %eax /* caches on */
    movl    %eax, %cr0
    movl    $2, ROUNDS
    movw    $real_interrupt_at, VECTOR * 4
    movw    $CODE_BASE >> 4, VECTOR * 4 + 2
round:
    TELL_MODE 16, "real:"
    int     $VECTOR
    movw    $FRAME >> 4, %ax
    movw    %ax, %es
    movl    $0xcafe0001, %es:0x10
    lgdtl   %cs:gdt_in_rom_at
    movl    %cr0, %eax
    orb     $PE, %al
    movl    %eax, %cr0
    ljmpl   $CODE, $protected

real_interrupt:
    movw    %sp, %bp
    movzwl  2(%bp), %eax
    SHOW    16, "  int from cs=", %eax
    END_LINE
    iretw

/* ---- Protected mode: the tables of everything that follows, in RAM. */
    .code32
protected:
    movw    $DATA, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movl    $gdt, %esi
    movl    $GDT, %edi
    movl    $gdt_end - gdt, %ecx
    rep movsb
    lgdtl   gdt_register
    movl    $IDT, %edi
    xorl    %eax, %eax
    movl    $(TSS + 0x80 - IDT) / 4, %ecx
    rep stosl
    .macro  GATE at, selector, handler
    movl    $\handler, %eax
    movw    %ax, \at
    movw    $\selector, \at + 2
    movw    $0x8e00, %ax
    movl    %eax, \at + 4
    .endm
    GATE    IDT+8*14, CODE, page_fault
    GATE    IDT+8*VECTOR, CODE, interrupt
    GATE    LONG_IDT+16*13, CODE_64, long_protection
    GATE    LONG_IDT+16*14, CODE_64, long_page_fault
    GATE    LONG_IDT+16*VECTOR, CODE_64, long_interrupt
    movb    $1, LONG_IDT + 16 * 14 + 4 /* the first stack of the IST */
    movl    $FAULT_STACK, TSS + 0x24
    lidtl   idt_register
    TELL_MODE 32, "protected:"
    int     $VECTOR
    SHOW    32, "  written in real mode: ", FRAME + 0x10
    END_LINE

/* ---- PAE paging: the first 2 MiB as they are, and the pages at ALIAS. */
    movl    $PDPT, %edi
    xorl    %eax, %eax
    movl    $0x6000 / 4, %ecx
    rep stosl
    movl    $DIRECTORY + 1, PDPT
    movl    $0x83, DIRECTORY
    movl    $TABLE + 3, DIRECTORY + 16
    movl    $FRAME + 3, TABLE
    movl    $FRAME + 0x1001, TABLE + 16
    movl    $FRAME + 0x2003, TABLE + 24
    movl    $0x80000000, TABLE + 28
    movb    $0xc3, FRAME + 0x2000 /* ret */
    movl    $EFER, %ecx
    rdmsr
    orl     $NXE, %eax
    wrmsr
    movl    %cr4, %eax
    orl     $PAE, %eax
    movl    %eax, %cr4
    movl    $PDPT, %eax
    movl    %eax, %cr3
    movl    %cr0, %eax
    orl     $PG | WP, %eax
    movl    %eax, %cr0
    TELL_MODE 32, "PAE:"
    SHOW    32, "  alias: ", ALIAS + 0x10
    END_LINE
    incl    ALIAS + 0x10
    movl    $1f, %edi
    movl    ABSENT + 0xabc, %eax
1:  movl    $1f, %edi
    movl    %eax, READ_ONLY + 0x10
1:  movl    $1f, %edi
    movl    $NO_CODE, %eax
    jmp     *%eax
1:  movl    TABLE, %eax
    SHOW    32, "  entry: ", %eax
    END_LINE

/* ---- Long mode, by way of no paging; first its compatibility mode, for CS is what it was. */
    movl    %cr0, %eax
    andl    $~PG, %eax
    movl    %eax, %cr0
    TELL_MODE 32, "protected, PAE:"
    movl    $LONG_PDPT + 3, PML4
    movl    $LONG_PDPT + 3, PML4 + 8 * 256
    movl    $DIRECTORY + 3, LONG_PDPT
    movl    $PML4, %eax
    movl    %eax, %cr3
    movl    $EFER, %ecx
    rdmsr
    orl     $LME, %eax
    wrmsr
    movl    %cr0, %eax
    orl     $PG, %eax
    movl    %eax, %cr0
    lidtl   long_idt_register
    movw    $TASK, %ax
    ltr     %ax
    TELL_MODE 32, "compatibility:"
    int     $VECTOR
    movl    $1f, %edi
    movl    ABSENT + 0xabc, %eax
1:  ljmpl   $CODE_64, $long_mode

    .code64
long_mode:
    TELL_MODE 64, "64-bit:"
    int     $VECTOR
    movabsq $HIGH_HALF + ALIAS, %rbp
    movl    0x10(%rbp), %eax
    SHOW    64, "  alias: ", %eax
    END_LINE
    movl    $1f, %edi
    movl    0x1abc(%rbp), %eax
1:  movl    $1f, %edi
    movl    %eax, 0x2010(%rbp)
1:  movl    $1f, %edi
    leaq    0x3000(%rbp), %rax
    jmp     *%rax
1:  movabsq $0x800000000000, %rbx /* not canonical */
    movl    $1f, %edi
    movl    (%rbx), %eax
1:  pushq   $CODE
    movl    $from_64_bit, %eax
    pushq   %rax
    lretq

/* ---- And back, each step by itself. */
    .code32
from_64_bit:
    TELL_MODE 32, "compatibility again:"
    movl    %cr0, %eax
    andl    $~(PG | WP), %eax
    movl    %eax, %cr0
    TELL_MODE 32, "protected, LME:"
    movl    $EFER, %ecx
    xorl    %eax, %eax
    xorl    %edx, %edx
    wrmsr
    xorl    %eax, %eax
    movl    %eax, %cr4
    movl    %eax, %cr3
    lidtl   idt_register
    TELL_MODE 32, "protected again:"
    int     $VECTOR
    movw    $DATA_16, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    ljmpl   $CODE_16, $protected_16_at
    .code16
protected_16:
    TELL_MODE 16, "protected, 16-bit:"
    movl    %cr0, %eax
    andb    $~PE, %al
    movl    %eax, %cr0
    ljmpw   $CODE_BASE >> 4, $real_again_at
real_again:
    xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %ss
    movw    $FRAME >> 4, %ax
    movw    %ax, %es
    lidtl   %cs:real_idt_register_at
    SHOW    16, "  written under PAE: ", %es:0x10
    END_LINE
    decl    ROUNDS
    jnz     round
    TELL_MODE 16, "real again:"
    int     $VECTOR
    movb    $0, %al
    outb    %al, $QEMU_EXIT /* ends QEMU; here HLT does */
1:  hlt
    jmp     1b

/* ---- Handlers. A page fault goes on at EDI. */
    .code32
interrupt:
    movl    4(%esp), %eax
    SHOW    32, "  int from cs=", %eax
    END_LINE
    iretl
page_fault:
    movl    (%esp), %eax
    SHOW    32, "  #PF error=", %eax
    movl    %cr2, %eax
    SHOW    32, " cr2=", %eax
    END_LINE
    addl    $4, %esp
    movl    %edi, (%esp)
    iretl

    .code64
long_interrupt:
    movl    8(%rsp), %eax
    SHOW    64, "  int from cs=", %eax
    movl    32(%rsp), %eax
    SHOW    64, " ss=", %eax
    movl    %esp, %eax
    SHOW    64, " at ", %eax
    END_LINE
    iretq
long_page_fault:
    movl    (%rsp), %eax
    SHOW    64, "  #PF error=", %eax
    movq    %cr2, %rax
    shrq    $32, %rax
    SHOW    64, " cr2=", %eax
    movq    %cr2, %rax
    movl    %eax, %ebx
    call    hex_64
    movl    %esp, %eax
    SHOW    64, " at ", %eax
    jmp     resume
long_protection:
    movl    (%rsp), %eax
    SHOW    64, "  #GP error=", %eax
resume:
    END_LINE
    addq    $8, %rsp
    movq    %rdi, (%rsp)
    iretq

    .section .rodata, "a"
    .balign 8
gdt:
    .quad   0
    .quad   0x00cf9b000000ffff
    .quad   0x00cf93000000ffff
    .quad   0x00009b0f0000ffff
    .quad   0x000093000000ffff
    .quad   0x00af9b000000ffff
    .quad   0x0000890000000067 | TSS << 16, 0
gdt_end:
gdt_in_rom: /* LGDT with its whole base, and once it is copied */
    .word   gdt_end - gdt - 1
    .long   gdt
gdt_register:
    .word   gdt_end - gdt - 1
    .long   GDT
idt_register:
    .word   0x7ff
    .long   IDT
long_idt_register:
    .word   0x7ff
    .long   LONG_IDT
real_idt_register:
    .word   0x3ff
    .long   0

    .section .reset, "ax"
    .code16
reset:
    ljmpw   $CODE_BASE >> 4, $start_at
    .org    16
