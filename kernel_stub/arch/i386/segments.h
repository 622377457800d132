/* Selectors, for C and assembly. Real kernels from 2.6 on use other slots; here one layout
   serves every split. */
#ifndef ARCH_SEGMENTS_H
#define ARCH_SEGMENTS_H

#define KERNEL_CS 0x10
#define KERNEL_DS 0x18
#define USER_CS 0x23
#define USER_DS 0x2B
#define TSS_SELECTOR 0x30

#define KERNEL_STACK_SIZE 8192 /* and its alignment */

#ifndef __ASSEMBLER__
#include "arch/i386/cpu.h"

void descriptors_init(bool user_limit_3g);
void descriptors_set_kernel_stack(word top);
void descriptors_load(word gdt, word gdt_size, word idt, word idt_size); /* entry.S */

/* Pages of their own, so that 4G/4G can map them into its window. */
extern uint64_t gdt_table[1024];
extern uint64_t idt_table[512];
extern uint8_t tss_pages[4 * 4096];
#endif

#endif
