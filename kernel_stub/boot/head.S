/* The first instructions. The loader leaves us in protected mode without paging, where addresses
   are physical, while the kernel is linked PAGE_OFFSET higher: until the jump at the end, every
   symbol is named as PHYS(symbol). */
#include "layout.h"
#include "abi/boot.h"
#include "arch/i386/segments.h"

#define PHYS(symbol) ((symbol) - PAGE_OFFSET)
#define MULTIBOOT_FLAGS 0x00000003          /* modules on page boundaries; the size of memory */
#define MAX_FRAMES 0x20000                  /* 512 MB */

    .section .multiboot,"a"
    .balign 4
    .long 0x1BADB002, MULTIBOOT_FLAGS, -(0x1BADB002 + MULTIBOOT_FLAGS)

    .section .text.head,"ax"
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

/* One entry for each frame but the first: nothing is at physical 0 plus PAGE_OFFSET, so a kernel
   NULL faults. */
    movl $PHYS(direct_map) + 4, %edi
    movl $0x1000 + DIRECT_MAP_FLAGS, %eax
    leal -1(%ecx), %edx
2:  stosl
    addl $0x1000, %eax
    decl %edx
    jnz 2b

/* One directory entry for each 1024 of them, from PAGE_OFFSET up. */
    addl $1023, %ecx
    shrl $10, %ecx
    movl $PHYS(swapper_pg_dir) + (PAGE_OFFSET >> 20), %edi
    movl $PHYS(direct_map) + 0x023, %eax    /* present, writable, accessed */
3:  stosl
    addl $0x1000, %eax
    decl %ecx
    jnz 3b

/* Paging begins between two instructions, and EIP is still physical: for a moment the first 4 MB
   are at both places. */
    movl $PHYS(direct_map) + 0x023, PHYS(swapper_pg_dir)
    movl $PHYS(swapper_pg_dir), %eax
    movl %eax, %cr3
    movl %cr0, %eax
    orl $0x80000000, %eax
    movl %eax, %cr0
    movl $4f, %eax
    jmp *%eax
4:  movl $0, swapper_pg_dir
    movl %cr3, %eax
    movl %eax, %cr3
    movl $boot_stack + KERNEL_STACK_SIZE, %esp
    xorl %ebp, %ebp
    call kernel_main
9:  hlt
    jmp 9b

    .bss
    .balign 4096
    .globl swapper_pg_dir, direct_map, boot_information, boot_frames
swapper_pg_dir:
    .skip 4096
direct_map:
    .skip MAX_FRAMES * 4
boot_stack:
    .skip KERNEL_STACK_SIZE
boot_information:
    .skip 4
boot_frames:
    .skip 4

    .section .note.GNU-stack,"",@progbits
