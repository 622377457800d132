/* What belongs to this CPU. `cpu` is found by GS while the kernel runs (SWAPGS); it shares its page with the TSS, and that page
   is in every page table, so that the first instructions of an entry can work with it.

   cpu_entry_area is what the CPU itself needs to enter the kernel, at addresses of its own, in every page table. */
#ifndef ARCH_CPU_AREA_H
#define ARCH_CPU_AREA_H

/* Offsets from GS. */
#define CPU_KERNEL_STACK 104
#define CPU_USER_SP 112
#define CPU_SCRATCH 120
#define CPU_KERNEL_CR3 128
#define CPU_USER_CR3 136
#define CPU_NO_FLUSH 144

/* One page each; stacks have an unmapped one below. */
#define CPU_ENTRY_AREA 0xfffffe0000000000
#define AREA_IDT (CPU_ENTRY_AREA + 0x0000)
#define AREA_GDT (CPU_ENTRY_AREA + 0x1000)
#define AREA_TSS (CPU_ENTRY_AREA + 0x2000)
#define AREA_ENTRY_STACK_TOP (CPU_ENTRY_AREA + 0x5000)
#define AREA_IST_TOP(n) (CPU_ENTRY_AREA + 0x5000 + (n)*0x2000) /* n from 1 */
#define IST_DOUBLE_FAULT 1
#define IST_NMI 2
#define IST_DEBUG 3
#define ISTS 3

#ifndef __ASSEMBLER__
#include "cpu.h"

/* The hardware's 64-bit task-state segment: stacks, and no ports for ring 3. */
struct tss {
    uint32_t reserved0;
    uint64_t rsp[3], reserved1, ist[7], reserved2; /* ist[0] is IST 1 */
    uint16_t reserved3, io_map;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "SDM volume 3, figure 8-11");

struct cpu {
    struct tss tss;
    word kernel_stack;         /* the top of the running task's */
    word user_sp, scratch;     /* where the entry puts a register until it has a stack */
    word kernel_cr3, user_cr3; /* of the running task; page-table isolation only */
    word no_flush;             /* CR3 bit 63, if there is PCID */
};
_Static_assert(offsetof(struct cpu, kernel_stack) == CPU_KERNEL_STACK, "entry.S");
_Static_assert(offsetof(struct cpu, scratch) == CPU_SCRATCH, "entry.S");
_Static_assert(offsetof(struct cpu, user_cr3) == CPU_USER_CR3, "entry.S");
_Static_assert(offsetof(struct cpu, no_flush) == CPU_NO_FLUSH, "entry.S");
extern struct cpu cpu;

bool is_entry_stack(uint32_t frame); /* or one of the stacks of the IST */
void cpu_area_init(void); /* before descriptors_load */
#endif

#endif
