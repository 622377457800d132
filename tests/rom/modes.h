/* Where the ROM of all modes (modes.S) keeps what, and how it tells what it sees. */
#ifndef MODES_H
#define MODES_H

#define PORT 0x190
#define QEMU_EXIT 0xf4

/* In RAM. */
#define ROUNDS 0x500
#define GDT 0x5000
#define IDT 0x6000
#define LONG_IDT 0x6800
#define TSS 0x7000
#define STACK 0x7a00
#define FAULT_STACK 0x7f00
#define PDPT 0x10000 /* PAE: page-directory-pointer table, directory, table */
#define DIRECTORY 0x11000
#define TABLE 0x12000
#define PML4 0x13000
#define LONG_PDPT 0x14000
#define LONG_DIRECTORY 0x15000
#define FRAME 0x20000

#define CODE 0x08
#define DATA 0x10
#define CODE_16 0x18 /* base 0xf0000 */
#define DATA_16 0x20
#define CODE_64 0x28
#define TASK 0x30
#define CODE_BASE 0xf0000

#define VECTOR 0x40
#define ALIAS 0x400000 /* shows FRAME; the pages behind it: absent, read-only, not executable */
#define ABSENT 0x401000
#define READ_ONLY 0x402000
#define NO_CODE 0x403000
#define HIGH_HALF 0xffff800000000000

#define EFER 0xc0000080
#define LME 0x100
#define NXE 0x800
#define PE 1
#define WP 0x10000
#define PG 0x80000000
#define PAE 0x20

/* ---- Telling, in code of any width. Changes EAX, EBX, ECX, EDX and ESI. */
    .macro  TELLING width
    .code\width
say_\width: /* the text at CS:ESI */
    movw    $PORT, %dx
1:  movb    %cs:(%esi), %al
    testb   %al, %al
    jz      2f
    outb    %al, %dx
    incl    %esi
    jmp     1b
2:  ret
hex_\width: /* EBX */
    movw    $PORT, %dx
    movl    $8, %ecx
1:  roll    $4, %ebx
    movb    %bl, %al
    andb    $15, %al
    addb    $'0', %al
    cmpb    $'9', %al
    jbe     2f
    addb    $'a' - '9' - 1, %al
2:  outb    %al, %dx
    decl    %ecx
    jnz     1b
    ret
    .endm

    .macro  SAY width, text
    .pushsection .rodata, "a"
.Ltext\@:
    .asciz  "\text"
    .popsection
    .if     \width == 16
    movl    $.Ltext\@ - CODE_BASE, %esi
    .else
    movl    $.Ltext\@, %esi
    .endif
    call    say_\width
    .endm

    .macro  SHOW width, text, register
    movl    \register, %ebx
    SAY     \width, "\text"
    call    hex_\width
    .endm

    .macro  END_LINE
    movb    $10, %al
    movw    $PORT, %dx
    outb    %al, %dx
    .endm

    .macro  READ_CONTROL width, register, number
    .if     \width == 64
    movq    %cr\number, %r\register
    .else
    movl    %cr\number, %e\register
    .endif
    .endm

/* Bytes 48 90 are DEC and NOP, or a NOP with REX; PUSH is as wide as the stack's operands are. Changes EDI too. */
    .macro  TELL_MODE width, name
    SAY     \width, "\name"
    READ_CONTROL \width, ax, 0
    SHOW    \width, " cr0=", %eax
    READ_CONTROL \width, ax, 4
    SHOW    \width, " cr4=", %eax
    movl    $EFER, %ecx
    rdmsr
    SHOW    \width, " efer=", %eax
    movw    %cs, %ax
    movzwl  %ax, %eax
    SHOW    \width, " cs=", %eax
    movl    $0x15, %eax
    .byte   0x48, 0x90
    SHOW    \width, " 48=", %eax
    movl    %esp, %edi
    .byte   0x6a, 0 /* push $0 */
    subl    %esp, %edi
    addl    %edi, %esp
    SHOW    \width, " push=", %edi
    END_LINE
    .endm

#endif
