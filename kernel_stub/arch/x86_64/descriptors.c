/* The descriptor tables, and the registers by which SYSCALL finds the kernel. */
#include "cpu_area.h"
#include "segments.h"
#include "trap/trap.h"

/* L: 64-bit code. D: 32-bit code. Bases and limits mean something to 32-bit programs only. */
uint64_t gdt_table[512] __attribute__((aligned(4096))) = {
    [KERNEL_CS >> 3] = 0x00af9a000000ffff, /* L, code, ring 0 */
    [KERNEL_DS >> 3] = 0x00cf92000000ffff, /* data, ring 0 */
    [USER32_CS >> 3] = 0x00cffa000000ffff, /* D, code, ring 3 */
    [USER_DS >> 3] = 0x00cff2000000ffff,   /* data, ring 3 */
    [USER_CS >> 3] = 0x00affa000000ffff,   /* L, code, ring 3 */
};
uint64_t idt_table[512] __attribute__((aligned(4096)));

#define GATE_INTERRUPT 0x8E00u /* clears IF on the way in: no interrupt may come before SWAPGS */
#define GATE_RING3 0x6000u     /* ring 3 may call it by INT */

extern const word exception_entries[32], interrupt_entries[16]; /* entry.S */
void system_call_entry(void), int80_entry(void);

/* SDM volume 3, figure 6-8. */
static void set_gate(unsigned vector, word handler, unsigned ist, uint32_t kind)
{
    idt_table[2 * vector] = (handler & 0xFFFF0000) << 32 | (uint64_t)kind << 32 | (uint64_t)ist << 32 |
                            (uint64_t)KERNEL_CS << 16 | (handler & 0xFFFF);
    idt_table[2 * vector + 1] = handler >> 32;
}

/* A double fault is met on a stack of its own: the other one may be its cause. So are an NMI and #DB, which can come between
   SYSCALL and the load of the kernel's stack. */
static unsigned ist_of(unsigned vector)
{
    return vector == 1 ? IST_DEBUG : vector == 2 ? IST_NMI : vector == 8 ? IST_DOUBLE_FAULT : 0;
}

static void set_tss_descriptor(void)
{
    word base = AREA_TSS, limit = sizeof(struct tss) - 1;
    gdt_table[TSS_SELECTOR >> 3] = (base >> 24 & 0xFF) << 56 | 0x8900ul << 32 | (base & 0xFFFFFF) << 16 | limit;
    gdt_table[(TSS_SELECTOR >> 3) + 1] = base >> 32;
}

/* SYSCALL: CS and SS from STAR 47:32, and 8 above it. SYSRET: SS 8 and CS 16 above STAR 63:48. */
static void set_system_call(void)
{
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_SCE);
    write_msr(MSR_STAR, (uint64_t)USER32_CS << 48 | (uint64_t)KERNEL_CS << 32);
    write_msr(MSR_LSTAR, (word)system_call_entry);
    write_msr(MSR_FMASK, EFLAGS_TF | EFLAGS_IF | EFLAGS_DF | EFLAGS_AC | EFLAGS_NT);
}

void descriptors_init(bool user_limit_3g)
{
    (void)user_limit_3g; /* a 32-bit kernel's choice */
    for (unsigned vector = 0; vector < 32; vector++) {
        bool from_ring3 = vector == 3 || vector == 4;
        set_gate(vector, exception_entries[vector], ist_of(vector), GATE_INTERRUPT | (from_ring3 ? GATE_RING3 : 0));
    }
    for (unsigned line = 0; line < 16; line++)
        set_gate(IRQ_VECTOR + line, interrupt_entries[line], 0, GATE_INTERRUPT);
    set_gate(SYSTEM_CALL_VECTOR, (word)int80_entry, 0, GATE_INTERRUPT | GATE_RING3);
    set_tss_descriptor();
    descriptors_load();
    write_msr(MSR_GS_BASE, (word)&cpu);
    write_msr(MSR_KERNEL_GS_BASE, 0); /* the program's, until it asks for another */
    set_system_call();
}
