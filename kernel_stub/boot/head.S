/* The first instructions. The loader leaves us in protected mode without paging, where addresses
   are physical, while the kernel is linked PAGE_OFFSET higher: until the jump at the end, every
   symbol is named as PHYS(symbol). */
#include "layout.h"
#include "abi/boot.h"
#include "segments.h"
#include "switch.h"

#define PHYS(symbol) ((symbol) - PAGE_OFFSET)
#define TABLE_FLAGS 0x023                   /* of a directory's entry: present, writable, accessed */
#include "boot_levels.h"

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
    movl $PHYS(direct_map) + ENTRY_SIZE, %edi
    movl $0x1000 + DIRECT_MAP_FLAGS, %eax
    leal -1(%ecx), %edx
2:  STORE_ENTRY
    addl $0x1000, %eax
    decl %edx
    jnz 2b

/* One directory entry for each table full of them, from the linear address of PAGE_OFFSET up. */
    addl $TABLE_ENTRIES - 1, %ecx
    andl $-TABLE_ENTRIES, %ecx
    movl $PHYS(DIRECTORY) + DIRECTORY_OFFSET(PAGE_OFFSET + KERNEL_BASE), %edi
    movl $PHYS(direct_map) + TABLE_FLAGS, %eax
3:  STORE_ENTRY
    addl $0x1000, %eax
    subl $TABLE_ENTRIES, %ecx
    jnz 3b

/* Paging begins between two instructions, and EIP is still physical: for a moment the first 4 MB
   are at both places. */
    MAP_FIRST_4MB
    CHOOSE_LEVELS
    movl $PHYS(swapper_pg_dir), %eax
    movl %eax, %cr3
    movl %cr0, %eax
    orl $0x80000000, %eax
    movl %eax, %cr0
    movl $4f, %eax
    jmp *%eax
4:  LOAD_KERNEL_SEGMENTS
    UNMAP_FIRST_4MB
    movl %cr3, %eax
    movl %eax, %cr3
    movl $boot_stack + KERNEL_STACK_SIZE, %esp
    xorl %ebp, %ebp
    call kernel_main
9:  hlt
    jmp 9b

    .section .rodata
    .word 0                             /* so that the base is aligned */
boot_gdt:
    .word USER_DS | 7                   /* limit */
    .long gdt_table + KERNEL_BASE

    .bss
    .globl direct_map, boot_information, boot_frames
    SWAPPER_TABLES
direct_map:
    .skip MAX_FRAMES * ENTRY_SIZE
boot_stack:
    .skip KERNEL_STACK_SIZE
boot_information:
    .skip 4
boot_frames:
    .skip 4

    .section .note.GNU-stack,"",@progbits
