/* The descriptor tables: the segments, one TSS for its ring-0 stack, and a gate for every
   exception, every interrupt line and the system call. */
#include "segments.h"
#include "split/split.h"

/* The hardware's 32-bit task-state segment. We never switch tasks with it: the CPU reads
   ss0:esp0 when an interrupt comes from ring 3, and an I/O map base past the limit means that
   ring 3 has no ports. */
struct tss {
    uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs, ldt;
    uint16_t trap, io_map;
};
_Static_assert(sizeof(struct tss) == 104, "SDM volume 3, figure 8-2");

uint64_t gdt_table[1024] __attribute__((aligned(4096))) = {
    [KERNEL_CS >> 3] = KERNEL_CODE_SEGMENT, /* layout.h */
    [KERNEL_DS >> 3] = KERNEL_DATA_SEGMENT,
    [USER_CS >> 3] = 0x00cffa000000ffffull, /* base 0, limit 4 GB, code, ring 3 */
    [USER_DS >> 3] = 0x00cff2000000ffffull, /* base 0, limit 4 GB, data, ring 3 */
};
uint64_t idt_table[512] __attribute__((aligned(4096)));
uint8_t tss_pages[4 * 4096] __attribute__((aligned(4096)));

#define GATE_INTERRUPT 0x8E00u /* clears IF on the way in */
#define GATE_TRAP 0x8F00u
#define GATE_RING3 0x6000u /* ring 3 may call it by INT */

extern const uint32_t exception_entries[32], interrupt_entries[16]; /* entry.S */
void system_call_entry(void);

static void set_gate(unsigned vector, uint32_t handler, uint32_t kind)
{
    uint32_t low = (uint32_t)KERNEL_CS << 16 | (handler & 0xFFFF);
    uint32_t high = (handler & 0xFFFF0000u) | kind;
    idt_table[vector] = (uint64_t)high << 32 | low;
}

/* Fill and load the tables. INT3, INTO and BOUND may be executed by programs, and so may INT
   80h, the system call; a page fault must not be interrupted before it has read CR2, so its gate
   clears IF. user_limit_3g gives programs the segments of Linux 2.1.0: an access above 3 GB is
   then refused by the limit (#GP), not by the page (#PF). */
void descriptors_init(bool user_limit_3g)
{
    for (unsigned vector = 0; vector < 32; vector++) {
        uint32_t kind = vector == 14 || vector == 2 || vector == 8 ? GATE_INTERRUPT : GATE_TRAP;
        if (vector == 3 || vector == 4 || vector == 5)
            kind |= GATE_RING3;
        set_gate(vector, exception_entries[vector], kind);
    }
    for (unsigned line = 0; line < 16; line++)
        set_gate(IRQ_VECTOR + line, interrupt_entries[line], GATE_INTERRUPT);
    set_gate(0x80, (uint32_t)system_call_entry, GATE_TRAP | GATE_RING3);

    if (user_limit_3g) {
        gdt_table[USER_CS >> 3] = 0x00cbfa000000ffffull;
        gdt_table[USER_DS >> 3] = 0x00cbf2000000ffffull;
    }
    struct tss *tss = (struct tss *)tss_pages;
    tss->ss0 = KERNEL_DS;
    tss->io_map = sizeof *tss;
    uint32_t base = SPLIT_TSS, limit = sizeof *tss - 1;
    uint32_t low = base << 16 | limit;
    uint32_t high = (base & 0xFF000000u) | 0x8900u | ((base >> 16) & 0xFF);
    gdt_table[TSS_SELECTOR >> 3] = (uint64_t)high << 32 | low;

    descriptors_load(SPLIT_GDT, GDT_SIZE, SPLIT_IDT, 256 * 8);
}

void descriptors_set_kernel_stack(word top)
{
    ((struct tss *)tss_pages)->esp0 = top;
}
