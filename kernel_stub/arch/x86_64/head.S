/* The first instructions. The loader leaves us in 32-bit protected mode without paging, where addresses are physical, while the
   kernel is linked KERNEL_IMAGE higher: until the second jump, every symbol is named as PHYS(symbol). */
#include "layout.h"
#include "abi/boot.h"
#include "abi/ports.h"
#include "segments.h"

#define PHYS(symbol) ((symbol) - KERNEL_IMAGE)
#define UPPER_FLAGS 0x023                   /* present, writable, accessed */
#define PAGE_FLAGS (0x063 | KERNEL_GLOBAL)  /* and dirty */
#define LARGE_FLAGS (0x0E3 | KERNEL_GLOBAL) /* and of 2 MB, where a directory has it */

#define MULTIBOOT_FLAGS 0x00010003          /* modules on page boundaries; the size of memory; addresses below */
#define MAX_FRAMES 0x20000                  /* 512 MB */
#define ASM_POWER_PANIC 0x00010000

/* The addresses are for loaders that do not read 64-bit ELF files: they copy the file's bytes from the header on. */
    .section .multiboot,"a"
    .balign 4
multiboot_header:
    .long 0x1BADB002, MULTIBOOT_FLAGS, -(0x1BADB002 + MULTIBOOT_FLAGS)
    .long PHYS(multiboot_header), PHYS(_kernel_start), PHYS(_data_end), PHYS(_kernel_end), PHYS(_start)

/* EAX and the frames behind it become ECX entries at EDI. The high halves are 0 already. */
.macro FILL
6:  stosl
    addl $4, %edi
    addl $0x1000, %eax
    decl %ecx
    jnz 6b
.endm

    .section .text.head,"ax"
    .code32
    .globl _start
_start:
    cld
    cmpl $0x2BADB002, %eax
    jne 9f
    movl %ebx, PHYS(boot_information)

/* How many frames? mem_upper is the KiB of RAM above 1 MB. */
    movl 8(%ebx), %ecx
    addl $1024, %ecx
    shrl $2, %ecx
    cmpl $MAX_FRAMES, %ecx
    jbe 1f
    movl $MAX_FRAMES, %ecx
1:  movl %ecx, PHYS(boot_frames)

/* Can this CPU do it? CPUID, leaf 80000001, EDX bit 29. */
    movl $0x80000001, %eax
    cpuid
    testl $0x20000000, %edx
    jz no_long_mode

/* The first 2 MB of the map of RAM, page by page, but the first of them: nothing is at physical 0 plus PAGE_OFFSET, so a kernel
   NULL faults. */
    movl $PHYS(direct_first) + 8, %edi
    movl $0x1000 + PAGE_FLAGS, %eax
    movl $511, %ecx
    FILL
/* The same for the kernel's image, 4 MB. */
    movl $PHYS(image_tables) + 8, %edi
    movl $0x1000 + PAGE_FLAGS, %eax
    movl $1023, %ecx
    FILL
/* The rest of RAM in pages of 2 MB, and what is left at its end in small ones again. */
    movl $PHYS(direct_first) + UPPER_FLAGS, PHYS(direct_directory)
    movl $PHYS(direct_directory) + 8, %edi
    movl $0x200000 + LARGE_FLAGS, %eax
    movl PHYS(boot_frames), %ecx
    shrl $9, %ecx
2:  decl %ecx
    jz 3f
    stosl
    addl $4, %edi
    addl $0x200000, %eax
    jmp 2b
3:  movl PHYS(boot_frames), %ecx
    andl $511, %ecx
    jz 4f
    movl $PHYS(direct_last) + UPPER_FLAGS, (%edi)
    andl $0xFFE00000, %eax
    orl $PAGE_FLAGS, %eax
    movl $PHYS(direct_last), %edi
    FILL

/* The tables above: RAM at PAGE_OFFSET and, until paging is on, at 0; the image at KERNEL_IMAGE; the area of vmalloc, which is
   empty, but all processes must have the same. */
4:  movl $PHYS(direct_pud) + UPPER_FLAGS, PHYS(swapper_pg_dir)
    movl $PHYS(direct_pud) + UPPER_FLAGS, PHYS(swapper_pg_dir) + 8 * PGD_SLOT(PAGE_OFFSET)
    movl $PHYS(direct_directory) + UPPER_FLAGS, PHYS(direct_pud)
    movl $PHYS(image_pud) + UPPER_FLAGS, PHYS(swapper_pg_dir) + 8 * 511
    movl $PHYS(image_directory) + UPPER_FLAGS, PHYS(image_pud) + 8 * 510
    movl $PHYS(image_tables) + UPPER_FLAGS, PHYS(image_directory)
    movl $PHYS(image_tables) + 4096 + UPPER_FLAGS, PHYS(image_directory) + 8
    movl $PHYS(vmalloc_pud) + UPPER_FLAGS, PHYS(swapper_pg_dir) + 8 * PGD_SLOT(VMALLOC_START)

/* Long mode: CR4.PAE, the tables, EFER.LME, paging. What runs after it is 32-bit code still, until CS names other. */
    movl %cr4, %eax
    orl $0x20, %eax
    movl %eax, %cr4
    movl $PHYS(swapper_pg_dir), %eax
    movl %eax, %cr3
    movl $0xC0000080, %ecx
    rdmsr
    orl $0x100, %eax
    wrmsr
    movl %cr0, %eax
    orl $0x80000000, %eax
    movl %eax, %cr0
    lgdt PHYS(boot_gdt)
    ljmp $KERNEL_CS, $PHYS(5f)

no_long_mode:
    movl $PHYS(no_long_mode_text), %esi
    movl $no_long_mode_text_end - no_long_mode_text, %ecx
    movl $PORT_CONSOLE, %edx
    rep outsb
    movl $ASM_POWER_PANIC, %eax
    outl %eax, $PORT_POWER_OFF
9:  hlt
    jmp 9b

    .code64
5:  movq $7f, %rax
    jmp *%rax
7:  movl $KERNEL_DS, %eax
    movl %eax, %ss
    movl %eax, %ds
    movl %eax, %es
    movq $0, swapper_pg_dir
    movq %cr3, %rax
    movq %rax, %cr3
    movq $boot_stack + KERNEL_STACK_SIZE, %rsp
    xorl %ebp, %ebp
    call kernel_main
8:  hlt
    jmp 8b

    .section .rodata
no_long_mode_text:
    .ascii "Kernel panic: this kernel is of 64 bits, and this CPU has no long mode\n"
no_long_mode_text_end:
    .balign 8
    .word 0                             /* so that the base is aligned */
boot_gdt:
    .word USER_CS | 7                   /* limit */
    .long PHYS(gdt_table)

    .bss
    .globl swapper_pg_dir, image_tables, boot_information, boot_frames
    .balign 4096
swapper_pg_dir:
    .skip 4096
direct_pud:
    .skip 4096
direct_directory:
    .skip 4096
direct_first:
    .skip 4096
direct_last:
    .skip 4096
image_pud:
    .skip 4096
image_directory:
    .skip 4096
image_tables:
    .skip 2 * 4096
vmalloc_pud:
    .skip 4096
boot_stack:
    .skip KERNEL_STACK_SIZE
boot_information:
    .skip 8
boot_frames:
    .skip 4

    .section .note.GNU-stack,"",@progbits
