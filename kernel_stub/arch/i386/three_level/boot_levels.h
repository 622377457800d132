/* What head.S must know of the levels. PHYS is head.S's. */
#include "abi/ports.h"

#define ASM_POWER_PANIC 0x00010000

#define ENTRY_SIZE 8
#define TABLE_ENTRIES 512
#define DIRECTORY swapper_directories /* all four, one after the other */
#define DIRECTORY_OFFSET(linear) (((linear) >> 21) * 8)

/* EAX becomes an entry, and EDI goes to the next. The high half is 0 already. */
.macro STORE_ENTRY
    stosl
    addl $4, %edi
.endm

/* Under the first addresses, the first 4 MB. */
.macro MAP_FIRST_4MB
    movl $PHYS(direct_map) + TABLE_FLAGS, PHYS(swapper_directories)
    movl $PHYS(direct_map) + 4096 + TABLE_FLAGS, PHYS(swapper_directories) + 8
.endm
.macro UNMAP_FIRST_4MB
    movl $0, swapper_directories
    movl $0, swapper_directories + 8
.endm

    .pushsection .rodata
no_pae_text:
    .ascii "Kernel panic: this kernel has page tables of three levels, and this CPU has no PAE\n"
no_pae_text_end:
    .popsection

/* CR4.PAE, if this CPU has it: CPUID, leaf 1, EDX bit 6. The four entries that CR3 will name have no
   flag but P. */
.macro CHOOSE_LEVELS
    movl $1, %eax
    cpuid
    testl $0x40, %edx
    jz no_pae
    movl $PHYS(swapper_directories) + 1, %eax
    movl $PHYS(swapper_pg_dir), %edi
    movl $4, %ecx
1:  STORE_ENTRY
    addl $4096, %eax
    loop 1b
    movl %cr4, %eax
    orl $0x20, %eax
    movl %eax, %cr4
    jmp 2f
no_pae:                                 /* the text, and the end */
    movl $PHYS(no_pae_text), %esi
    movl $no_pae_text_end - no_pae_text, %ecx
    movl $PORT_CONSOLE, %edx
    rep outsb
    movl $ASM_POWER_PANIC, %eax
    outl %eax, $PORT_POWER_OFF
    jmp 9f
2:
.endm

.macro SWAPPER_TABLES
    .balign 4096
    .globl swapper_pg_dir
swapper_directories:
    .skip 4 * 4096
swapper_pg_dir:
    .skip 32
    .balign 4096
.endm
