/* Selectors and model-specific registers, for C and assembly. In 64-bit mode a segment has no base and no limit; what is left of
   CS is the ring and the width of the code. SYSCALL and SYSRET want kernel CS and SS, and the user's 32-bit CS, SS and 64-bit CS,
   one behind the other. The slots 12 to 14 are the running thread's own, for 32-bit programs (set_thread_area). */
#ifndef ARCH_SEGMENTS_H
#define ARCH_SEGMENTS_H

#define KERNEL_CS 0x10
#define KERNEL_DS 0x18
#define USER32_CS 0x23
#define USER_DS 0x2B
#define USER_CS 0x33
#define TSS_SELECTOR 0x40 /* these two take 16 bytes each */
#define LDT_SELECTOR 0x50
#define TLS_FIRST 12
#define TLS_COUNT 3
#define GDT_SIZE 0x78 /* bytes in use */

#define KERNEL_STACK_SIZE 16384 /* and its alignment */
#define KERNEL_STACK_ORDER 2

#define IRQ_VECTOR 0x20 /* of interrupt line 0; the 16 lines follow one another */

#define MSR_STAR 0xC0000081  /* selectors of SYSCALL and SYSRET */
#define MSR_LSTAR 0xC0000082 /* where SYSCALL goes */
#define MSR_FMASK 0xC0000084 /* and which flags it clears */
#define MSR_FS_BASE 0xC0000100
#define MSR_GS_BASE 0xC0000101        /* SWAPGS exchanges these two */
#define MSR_KERNEL_GS_BASE 0xC0000102

#ifndef __ASSEMBLER__
#include "cpu.h"

void descriptors_init(bool user_limit_3g);
void descriptors_load(void); /* entry.S */

extern uint64_t gdt_table[512];
extern uint64_t idt_table[512];
#endif

#endif
