/* Selectors, for C and assembly. Real kernels from 2.6 on use other slots; here one layout
   serves every split. The slots 6 to 8 are the running thread's own (set_thread_area). */
#ifndef ARCH_SEGMENTS_H
#define ARCH_SEGMENTS_H

#define KERNEL_CS 0x10
#define KERNEL_DS 0x18
#define USER_CS 0x23
#define USER_DS 0x2B
#define TLS_FIRST 6 /* descriptor number */
#define TLS_COUNT 3
#define TSS_SELECTOR 0x80
#define LDT_SELECTOR 0x88
#define GDT_SIZE 0x90 /* bytes in use */

#define KERNEL_STACK_SIZE 8192 /* and its alignment */
#define KERNEL_STACK_ORDER 1

#define IRQ_VECTOR 0x20 /* of interrupt line 0; the 16 lines follow one another */

#ifndef __ASSEMBLER__
#include "cpu.h"

void descriptors_init(bool user_limit_3g);
void descriptors_set_kernel_stack(word top);
void descriptors_load(word gdt, word gdt_size, word idt, word idt_size); /* entry.S */

/* Pages of their own, so that 4G/4G can map them into its window. */
extern uint64_t gdt_table[1024];
extern uint64_t idt_table[512];
extern uint8_t tss_pages[4 * 4096];
#endif

#endif
